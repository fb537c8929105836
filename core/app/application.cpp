// SPDX-License-Identifier: Apache-2.0
#include "core/app/application.hpp"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/metrics.hpp"
#include "core/app/pages.hpp"
#include "core/app/report.hpp"
#include "core/app/systemd_folder.hpp"
#include "core/bus/engine_library.hpp"
#include "core/host/isolated_check.hpp"

namespace amibroker::app {
namespace {

// A plugin that holds the loop for longer makes lamps visibly late.
constexpr std::chrono::milliseconds slow_call{50};
constexpr std::chrono::minutes message_report_period{1};

/// The board that came with this binary: ../share/zmq-ami-broker/board from its folder, built or installed.
std::filesystem::path own_board_folder() {
  std::error_code error;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  return binary.parent_path().parent_path() / "share" / "zmq-ami-broker" / "board";
}

/// A start may read what a shell writes into a pipe; the second reader of one waits without end.
void refuse_pipe(const std::string& file) {
  std::error_code error;
  if (const auto kind = std::filesystem::status(file, error).type();
      kind != std::filesystem::file_type::regular && std::filesystem::exists(file, error))
    throw std::runtime_error("it is no file: only the start can read a configuration that is a pipe");
}

LoadedConfig load_file(const std::string& file) {
  refuse_pipe(file);
  return load_config(file);
}

LoadedServer load_one_server(const std::string& file, const std::string& section) {
  refuse_pipe(file);
  return load_server(file, section);
}

/// Also what only a helper process may find out, so that the loop waits for neither.
LoadedConfig load_and_check(const std::string& file, const FoldersOf& folders) {
  LoadedConfig loaded = load_file(file);
  if (loaded.ok()) loaded.apart = host::check_apart(host::own_binary, folders(loaded.config), loaded.config.plugins);
  return loaded;
}

/// For somebody who only asks, all plugins are left to helper processes.
CheckedConfig only_check(const std::string& file, const FoldersOf& folders) {
  CheckedConfig checked{load_file(file), {}};
  const Config& config = checked.loaded.config;
  if (checked.loaded.ok())
    checked.plugins = host::check_plugins_apart(host::own_binary, folders(config), config.plugins);
  return checked;
}

}  // namespace

Application::Application(Config config, const CommandLine& line, FoldersOf folders, Logging& log, const EndLimit& end)
    : end_(end),
      log_(log),
      hangs_(config.hang_limit),
      end_wanted_(loop_.io(), ::dup(end.wanted())),
      signals_(loop_.io(), [this](int number) { on_signal(number); }),
      dispatcher_(slow_call),
      servers_(loop_, dispatcher_, config.servers.size()),
      plugins_(loop_, dispatcher_, config.request_timeout, config.verbose_messages),
      level_(
          loop_, [&log](Level level) { log.set_level(level); }, line.log_level.value_or(config.log_level)),
      live_(std::move(config), line, folders, {servers_, dispatcher_, plugins_, level_, hangs_, end}),
      reload_(
          loop_, service_manager_, [file = line.config_file, folders] { return load_and_check(file, folders); },
          [this](LoadedConfig loaded) { return live_.take(std::move(loaded)); }),
      check_(loop_, [file = line.config_file, folders] { return only_check(file, folders); }),
      plugin_switch_(loop_, live_),
      server_switch_(loop_, live_,
                     [file = line.config_file](const std::string& section) { return load_one_server(file, section); }) {
  wait_for_end();
  dispatcher_.attach(servers_);
  if (const auto& settings = live_.config().cluster) plugins_.set_cluster(&cluster_.emplace(loop_, *settings));
  host::QuarantineRules rules;
  rules.end_daemon = [this] {
    exit_code_ = ExitCode::failure;
    service_manager_.stopping();
    loop_.stop();
  };
  plugins_.set_quarantine(std::move(rules));
  if (line.state_folder) plugins_.set_state_folder(std::filesystem::absolute(*line.state_folder).lexically_normal());
  else if (auto folder = systemd_folder("STATE_DIRECTORY")) plugins_.set_state_folder(*std::move(folder));
}

Application::~Application() = default;

std::vector<base::Problem> Application::load_plugins() {
  end_.waits_for("the plugins to be loaded");
  std::vector<base::Problem> errors = load_engine();
  for (base::Problem& error : live_.load_plugins()) errors.push_back(std::move(error));
  return errors;
}

std::vector<base::Problem> Application::load_engine() {
  if (!cluster_) return {};
  const int line = live_.config().cluster_line;
  const auto engine = cluster::load_engine(cluster::engine_file());
  if (const auto* const refusal = std::get_if<cluster::EngineRefusal>(&engine)) return {{line, refusal->text}};
  const cluster::EngineDescriptor& descriptor = *std::get<const cluster::EngineDescriptor*>(engine);
  if (std::string why = cluster_->use(descriptor); !why.empty()) return {{line, "[cluster]: " + why}};
  spdlog::info("the bus of site {} is carried by {}", live_.config().cluster->site, descriptor.version);
  return {};
}

std::string Application::switched_on() const {
  std::string names;
  for (const auto& plugin : live_.config().plugins)
    if (plugin.enabled) names += (names.empty() ? "" : ", ") + plugin.name;
  return names.empty() ? "none" : names;
}

/// A daemon that nobody can ask still does its work, so what is wrong with a socket is an error in the log alone.
void Application::open_control() {
  add_commands(site_.commands, {live_, servers_, plugins_, dispatcher_, reload_, check_, plugin_switch_, server_switch_,
                                traces_, level_, board_, questions_, loop_, cluster_ ? &*cluster_ : nullptr, sites_});
  add_doctor(site_.commands, live_, servers_, doctor_);
  add_pages(site_, servers_, plugins_);
  add_metrics(site_,
              {[this](auto& families) { collect_core(servers_, plugins_, log_, families); },
               [this](auto& families) { collect_loop(loop_, families); },
               [this](auto& families) { collect_config(live_.last_read(), families); },
               [this](auto& families) { collect_lamps(board_, families); },
               [this](auto& families) { collect_cluster(cluster_ ? &*cluster_ : nullptr, families); },
               [this](auto& families) {
                 if (cluster_) collect_sites(sites_->last(), families);
               }},
              loop_);
  site_.feeds.emplace("board", &board_.feed());
  site_.feeds.emplace("events", &events_.feed());
  site_.loop_age = [this] { return pulse_.age(std::chrono::steady_clock::now()); };
  if (live_.config().http.port != 0) read_board();
  control_.emplace(loop_, site_);
  const auto open = [](const auto& what) {
    try {
      what();
    } catch (const std::exception& error) {
      spdlog::error("{}. The broker goes on without it", error.what());
    }
  };
  if (const auto path = control_path(); !path.empty())
    open([&] {
      control_->open(control::ControlSocket::Settings{path, live_.config().control.rights});
      spdlog::info("commands are taken at {}", path.string());
    });
  if (const HttpSettings& http = live_.config().http; http.port != 0) open([&] { open_web(http); });
  open([&] { control_->start(); });
}

/// Without its pages the daemon can still be measured.
void Application::read_board() {
  const std::string& folder = live_.config().http.board;
  try {
    site_.files = control::Files(folder.empty() ? own_board_folder() : std::filesystem::path(folder));
  } catch (const std::runtime_error& error) {
    spdlog::error("{}. Metrics and health are there without it", error.what());
  }
}

void Application::open_web(const HttpSettings& http) {
  control::WebListener::Settings settings{
      {boost::asio::ip::make_address(http.address), http.port}, http.allow_hosts, http.token, nullptr};
  if (!http.tls_certificate.empty()) settings.tls = control::make_tls(http.tls_certificate, http.tls_key);
  std::ostringstream address;
  address << (settings.tls ? "https://" : "http://") << settings.endpoint;
  control_->open(std::move(settings));
  spdlog::info("board, metrics and health are at {}/", address.str());
}

/// Empty: commands are not taken.
std::filesystem::path Application::control_path() const {
  const auto& socket = live_.config().control.socket;
  if (socket) return socket->empty() ? std::filesystem::path() : std::filesystem::absolute(*socket);
  const auto folder = systemd_folder("RUNTIME_DIRECTORY");
  return folder ? *folder / "control.sock" : std::filesystem::path();
}

ExitCode Application::run() {
  open_control();
  loop_.every(message_report_period, [this] { report_messages(); });
  end_.waits_for("the plugins to start (" + switched_on() + ")");
  const std::size_t running = plugins_.start();
  if (cluster_) cluster_->start();
  spdlog::info("{}, {}", counted(servers_.size(), "server"), counted(running, "plugin"));
  if (running == 0) spdlog::warn("no plugin runs, so nothing is done with the events: switch one on in [plugins]");
  if (const auto period = service_manager_.alive_period()) loop_.every(*period, [this] { service_manager_.alive(); });
  loop_.post([this] { service_manager_.ready(); });
  end_.waits_for("the event loop, which a plugin (" + switched_on() + ") may hold");
  loop_.run();
  doctor_.end();  // before the socket that hears of it
  control_.reset();
  report_lives();
  // Plugins go first: nobody must answer to a plugin that is gone.
  stop_plugins();
  report_counters();  // now those of processes of their own have arrived, too
  end_.waits_for("the bus to be left");
  if (cluster_) cluster_->stop();
  end_.waits_for("the connections to the servers to close");
  servers_.stop();
  report_messages();
  end_.waits_for("the last sockets and threads to close");
  return exit_code_;
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
  // Posted, so that the loop's time is set, as for all that calls plugins, and systemd hears of the start first.
  if (number == SIGUSR1) loop_.post([this] { report(); });
  if (number == SIGHUP) loop_.post([this] { reload_.ask(); });
}

void Application::stop_plugins() {
  const auto plugins = plugins_.plugins();
  for (const auto& plugin : plugins) plugin->ask_to_end();
  for (auto plugin = plugins.rbegin(); plugin != plugins.rend(); ++plugin) {
    end_.waits_for("plugin " + std::string((*plugin)->name()) + " to stop");
    (*plugin)->end();
  }
}

void Application::report() {
  if (!spdlog::should_log(spdlog::level::info))
    spdlog::warn("SIGUSR1 asks for a report, which is hidden by log_level: set log_level = info and reload");
  report_lives();
  report_counters();
  dispatcher_.report();
}

void Application::report_messages() {
  for (const std::string& line : dispatcher_.messages().report()) spdlog::info("messages: {}", line);
}

void Application::report_lives() const {
  for (ServerId id = 0; id < servers_.size(); ++id) {
    const link::Server& server = servers_.at(id);
    if (server.stopped()) continue;  // retired
    spdlog::info("{}", server_line(server.config(), server.up(), loop_.now() - server.since(), server.counters()));
  }
  for (const auto& plugin : plugins_.plugins()) spdlog::info("plugin {} {}", plugin->name(), plugin->summary());
  if (cluster_) spdlog::info("the bus is {}", cluster_->summary());
}

void Application::report_counters() const {
  for (const auto& plugin : plugins_.plugins()) {
    std::string line;
    for (const auto& [name, value] : plugin->counters().values()) line += " " + name + "=" + std::to_string(value);
    if (!line.empty()) spdlog::info("plugin {}:{}", plugin->name(), line);
  }
}

}  // namespace amibroker::app
