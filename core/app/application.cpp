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

std::string switched_on(const std::vector<host::PluginConfig>& plugins) {
  std::string names;
  for (const auto& plugin : plugins)
    if (plugin.enabled) names += (names.empty() ? "" : ", ") + plugin.name;
  return names.empty() ? "none" : names;
}

host::ServerLabel label_of(const ServerSettings& server) {
  return {server.section, server.name,    server.zones,
          server.include, server.exclude, std::string(server.transport->name)};
}

}  // namespace

Application::Application(const Config& config, const EndLimit& end)
    : config_(config),
      end_(end),
      end_wanted_(loop_.io(), ::dup(end.wanted())),
      signals_(loop_.io(), [this](int number) { on_signal(number); }),
      dispatcher_(slow_call),
      servers_(loop_, dispatcher_, config.servers.size()),
      plugins_(loop_, dispatcher_, config.request_timeout, config.verbose_messages) {
  wait_for_end();
  raise_file_limit(config.servers.size());
  dispatcher_.attach(servers_);
  // They begin to connect when the loop runs, so that plugins start before anything is heard of them.
  for (const ServerSettings& server : config.servers) plugins_.add_server(servers_.add(server), label_of(server));
}

Application::~Application() = default;

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
  spdlog::info("{} servers, {} plugins", servers_.size(), running);
  if (running == 0) spdlog::warn("no plugin runs, so nothing is done with the events: switch one on in [plugins]");
  if (const auto period = service_manager_.alive_period()) loop_.every(*period, [this] { service_manager_.alive(); });
  loop_.post([this] { service_manager_.ready(); });
  end_.waits_for("the event loop, which a plugin (" + switched_on(config_.plugins) + ") may hold");
  loop_.run();
  report_counters();
  // Plugins go first: nobody must answer to a plugin that is gone.
  stop_plugins();
  end_.waits_for("the connections to the servers to close");
  servers_.stop();
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
  for (ServerId id = 0; id < servers_.size(); ++id) {
    const link::Server& server = servers_.at(id);
    spdlog::info("{}", server_line(server.config(), server.up(), loop_.now() - server.since(), server.counters()));
  }
  for (const auto& plugin : plugins_.plugins()) {
    std::string line;
    for (const auto& [name, value] : plugin->counters().values()) line += " " + name + "=" + std::to_string(value);
    if (!line.empty()) spdlog::info("plugin {}:{}", plugin->name(), line);
  }
}

}  // namespace amibroker::app
