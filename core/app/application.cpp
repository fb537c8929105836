// SPDX-License-Identifier: Apache-2.0
#include "core/app/application.hpp"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>

#include "core/app/file_limit.hpp"
#include "core/app/report.hpp"

namespace amibroker::app {
namespace {

// A plugin that holds the loop for longer makes lamps visibly late.
constexpr std::chrono::milliseconds slow_call{50};
constexpr std::chrono::minutes message_report_period{1};

std::vector<std::string> names_of(const std::vector<ServerSettings>& servers) {
  std::vector<std::string> names;
  for (const auto& server : servers) names.push_back(server.name);
  return names;
}

std::string switched_on(const std::vector<host::PluginConfig>& plugins) {
  std::string names;
  for (const auto& plugin : plugins)
    if (plugin.enabled) names += (names.empty() ? "" : ", ") + plugin.name;
  return names.empty() ? "none" : names;
}

std::vector<host::ServerLabel> labels_of(const std::vector<ServerSettings>& servers) {
  std::vector<host::ServerLabel> labels;
  for (const auto& server : servers)
    labels.push_back({server.section, server.name, server.zones, server.include, server.exclude});
  return labels;
}

}  // namespace

Application::Application(const Config& config, const EndLimit& end)
    : config_(config),
      end_(end),
      end_wanted_(loop_.io(), ::dup(end.wanted())),
      signals_(loop_.io(), [this](int number) { on_signal(number); }),
      dispatcher_(names_of(config.servers), slow_call),
      fleet_(loop_),
      zmq_fleet_(fleet_, config.servers.size()),
      plugins_(loop_, dispatcher_, labels_of(config.servers), config.request_timeout, config.verbose_messages) {
  wait_for_end();
  raise_file_limit(config.servers.size());
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    links_.push_back(make_link(static_cast<ServerId>(i)));
    dispatcher_.add_link(*links_.back());
  }
}

Application::~Application() = default;

std::unique_ptr<link::Link> Application::make_link(ServerId id) {
  const link::ServerConfig& server = config_.servers[id];
  if (server.transport == link::Transport::ami) return std::make_unique<link::AmiLink>(ami_fleet_, id, server);
  return std::make_unique<link::ZmqLink>(zmq_fleet_, id, server);
}

std::vector<base::Problem> Application::load_plugins(const host::PluginFolders& folders) {
  end_.waits_for("the plugins to be loaded");
  return plugins_.load(folders, config_.plugins);
}

void Application::run() {
  if (config_.count_messages) {
    dispatcher_.count_messages();
    loop_.every(message_report_period, [this] { report_messages(); });
  }
  end_.waits_for("the plugins to start (" + switched_on(config_.plugins) + ")");
  const std::size_t running = plugins_.start();
  spdlog::info("{} servers, {} plugins", links_.size(), running);
  if (running == 0) spdlog::warn("no plugin runs, so nothing is done with the events: switch one on in [plugins]");
  for (const auto& link : links_) link->start(dispatcher_);
  if (const auto period = service_manager_.alive_period()) loop_.every(*period, [this] { service_manager_.alive(); });
  loop_.post([this] { service_manager_.ready(); });
  end_.waits_for("the event loop, which a plugin (" + switched_on(config_.plugins) + ") may hold");
  loop_.run();
  report_counters();
  // Plugins go first: nobody must answer to a plugin that is gone.
  stop_plugins();
  end_.waits_for("the servers' links to close");
  for (const auto& link : links_) link->stop();
  if (config_.count_messages) report_messages();
  end_.waits_for("the last sockets and threads to close");
}

void Application::wait_for_end() {
  end_wanted_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error) return;  // this object is gone, or going
                           eventfd_t number = 0;
                           ::eventfd_read(end_wanted_.native_handle(), &number);
                           spdlog::info("stopping on signal {}", number);
                           service_manager_.stopping();
                           loop_.stop();
                         });
}

void Application::on_signal(int number) {
  if (number == SIGUSR1) {
    loop_.post([this] { report(); });  // with the loop's time set, like all that calls plugins
    return;
  }
  if (number == SIGHUP)
    spdlog::warn(
        "SIGHUP changes nothing: reloading the configuration comes with a later version. Restart the broker to apply "
        "changes");
}

void Application::stop_plugins() {
  const auto plugins = plugins_.plugins();
  for (auto plugin = plugins.rbegin(); plugin != plugins.rend(); ++plugin) {
    end_.waits_for("plugin " + std::string((*plugin)->name()) + " to stop");
    (*plugin)->stop();
  }
}

void Application::report() {
  if (!spdlog::should_log(spdlog::level::info))
    spdlog::warn("SIGUSR1 asks for a report, which is hidden by log_level: set log_level = info and start again");
  report_counters();
  dispatcher_.report();
}

void Application::report_messages() {
  for (const std::string& line : dispatcher_.messages().report()) spdlog::info("messages: {}", line);
}

void Application::report_counters() const {
  for (std::size_t i = 0; i < links_.size(); ++i)
    spdlog::info("{}", server_line(config_.servers[i], *links_[i], loop_.now()));
  for (const auto& plugin : plugins_.plugins()) {
    std::string line;
    for (const auto& [name, value] : plugin->counters().values()) line += " " + name + "=" + std::to_string(value);
    if (!line.empty()) spdlog::info("plugin {}:{}", plugin->name(), line);
  }
}

}  // namespace amibroker::app
