// SPDX-License-Identifier: Apache-2.0
#include "core/app/application.hpp"

#include <spdlog/spdlog.h>

#include <csignal>

#include "core/app/file_limit.hpp"
#include "core/app/report.hpp"

namespace amibroker::app {
namespace {

// A plugin that holds the loop for longer makes lamps visibly late.
constexpr std::chrono::milliseconds slow_call{50};
constexpr std::chrono::minutes message_report_period{1};

host::ServerLabel label_of(const ServerSettings& server) {
  return {server.section, server.name,    server.zones,
          server.include, server.exclude, server.transport == link::Transport::ami ? "ami" : "zmq"};
}

}  // namespace

Application::Application(const Config& config)
    : config_(config),
      signals_(loop_.io(), [this](int number) { on_signal(number); }),
      dispatcher_(slow_call),
      fleet_(loop_),
      zmq_fleet_(fleet_, config.servers.size()),
      plugins_(loop_, dispatcher_, config.request_timeout, config.verbose_messages) {
  raise_file_limit(config.servers.size());
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    links_.all.push_back(make_link(static_cast<ServerId>(i)));
    plugins_.add_server(static_cast<ServerId>(i), label_of(config.servers[i]));
  }
  dispatcher_.attach(links_);
}

Application::~Application() = default;

std::unique_ptr<link::Link> Application::make_link(ServerId id) {
  const link::ServerConfig& server = config_.servers[id];
  if (server.transport == link::Transport::ami) return std::make_unique<link::AmiLink>(ami_fleet_, id, server);
  return std::make_unique<link::ZmqLink>(zmq_fleet_, id, server);
}

std::vector<base::Problem> Application::load_plugins(const host::PluginFolders& folders) {
  return plugins_.load(folders, config_.plugins);
}

void Application::run() {
  if (config_.count_messages) {
    dispatcher_.count_messages();
    loop_.every(message_report_period, [this] { report_messages(); });
  }
  const std::size_t running = plugins_.start();
  spdlog::info("{} servers, {} plugins", links_.all.size(), running);
  if (running == 0) spdlog::warn("no plugin runs, so nothing is done with the events: switch one on in [plugins]");
  for (const auto& link : links_.all) link->start(links_);
  loop_.run();
  report_counters();
  // Plugins go first: nobody must answer to a plugin that is gone.
  plugins_.stop();
  for (const auto& link : links_.all) link->stop();
  if (config_.count_messages) report_messages();
}

void Application::on_signal(int number) {
  if (number == SIGUSR1) {
    loop_.post([this] { report(); });  // with the loop's time set, like all that calls plugins
    return;
  }
  spdlog::info("stopping on signal {}", number);
  loop_.stop();
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
  for (std::size_t i = 0; i < links_.all.size(); ++i)
    spdlog::info("{}", server_line(config_.servers[i], *links_.all[i], loop_.now()));
  for (const auto& plugin : plugins_.plugins()) {
    std::string line;
    for (const auto& [name, value] : plugin->counters().values()) line += " " + name + "=" + std::to_string(value);
    if (!line.empty()) spdlog::info("plugin {}:{}", plugin->name(), line);
  }
}

}  // namespace amibroker::app
