// SPDX-License-Identifier: Apache-2.0
//
// How much memory and time device_state needs for a large fleet, in virtual time and without a network: the figures of
// docs/performance.md. The servers are as thin as can be, so that what is measured is the plugin: they list their
// devices, take every write, and count.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>

#include "amibroker/plugin.hpp"
#include "amibroker/testing/fake_options.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/subject.hpp"

namespace amibroker::simulation {
namespace {

struct Settings {
  std::size_t servers = 1000;
  std::size_t zones = 50;  ///< the servers are spread evenly over them; 0: none, all show each other everything
  std::size_t devices = 1000;
  std::size_t flood = 0;  ///< names that live for one call, on the first servers
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024 / 1024;
}

/// The broker's side and all servers. An answer comes a millisecond after its action, and with it the event of a device
/// that was written.
class ScaleHost final : public Host {
 public:
  explicit ScaleHost(const Settings& settings)
      : settings_(settings), options_(option_table(Subject::device_state)), written_(settings.servers, 0) {
    options_.set("resync_interval", "0");
    options_.set("max_devices", std::to_string(4 * (settings.servers * settings.devices + settings.flood)));
    for (std::size_t zone = 0; zone < settings.zones; ++zone) zones_.push_back("zone-" + std::to_string(zone));
    zone_views_.assign(zones_.begin(), zones_.end());
    for (ServerId id = 0; id < settings.servers; ++id) {
      ServerInfo info{};
      info.id = id;
      info.section = info.name = sections_.emplace_back("server-" + std::to_string(id));
      if (settings.zones > 0) info.zones = std::span(&zone_views_[id % settings.zones], 1);
      servers_.push_back(info);
    }
    plugin_ = make_plugin(Subject::device_state);
    plugin_->start(*this);
    for (ServerId id = 0; id < settings.servers; ++id) plugin_->on_server_up(id);
  }
  ~ScaleHost() { plugin_->stop(); }
  ScaleHost(const ScaleHost&) = delete;
  ScaleHost& operator=(const ScaleHost&) = delete;

  void pass(Milliseconds time) { agenda_.run_until(agenda_.now() + time); }
  /// All servers are read again, in turn.
  void read_all() {
    for (ServerId id = 0; id < settings_.servers; ++id) {
      plugin_->on_events_lost(id, 1);
      pass(Milliseconds(100));
    }
  }
  [[nodiscard]] std::size_t in_zone() const noexcept {
    return settings_.zones == 0 ? settings_.servers : settings_.servers / settings_.zones;
  }
  /// The server's own device is in this state.
  void change(ServerId server, std::size_t device, std::string_view state) {
    held(server, server, device) = code_of(state);
    say(server, device_name(server, device), state);
  }
  void say(ServerId server, std::string_view device, std::string_view state) {
    const std::array<Field, 3> fields{Field{"Event", "DeviceStateChange"}, Field{"Device", device},
                                      Field{"State", state}};
    plugin_->on_event(server, Message(fields));
  }
  [[nodiscard]] std::size_t writes() const noexcept { return writes_; }
  /// Whether each server was written the same number of times.
  [[nodiscard]] bool all_written(std::size_t times) const {
    return std::all_of(written_.begin(), written_.end(), [&](std::size_t count) { return count == times; });
  }

  // Host
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept override { return servers_; }
  [[nodiscard]] bool is_up(ServerId) const noexcept override { return true; }
  void subscribe(std::string_view) noexcept override {}
  void subscribe_all() noexcept override {}
  void unsubscribe(std::string_view) noexcept override {}
  void request(ServerId server, const Action& action, std::chrono::milliseconds, Completion done) noexcept override {
    if (action.name() == "Setvar") {
      answers_.push_back({server, take(server, action), std::string(action[1].value), std::move(done)});
      if (answers_.size() == 1) agenda_.after(Milliseconds(1), [this] { answer(); });
    } else if (action.name() == "UserEvent") {
      agenda_.after(Milliseconds(2), [this, server, action, done] { fence(server, action, done); });
    } else {
      agenda_.after(Milliseconds(1), [this, server, done] { list(server, done); });
    }
  }
  void broadcast(const Action&, ServerId, std::chrono::milliseconds,
                 std::function<void(ServerId, const Reply&)>) noexcept override {}
  TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept override {
    return start_timer(delay, Milliseconds(0), std::move(task));
  }
  TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept override {
    return start_timer(period, period, std::move(task));
  }
  void cancel(TimerId timer) noexcept override { timers_.erase(timer); }
  void post(std::function<void()> task) noexcept override { agenda_.after(Duration(0), std::move(task)); }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept override { return agenda_.now(); }
  [[nodiscard]] const Options& options() const noexcept override { return options_; }
  [[nodiscard]] std::string_view saved() const noexcept override { return {}; }
  [[nodiscard]] std::string_view state_folder() const noexcept override { return {}; }
  [[nodiscard]] bool verbose() const noexcept override { return false; }
  void log(Level level, std::string_view text) noexcept override {
    if (level >= Level::warning) std::printf("log: %.*s\n", static_cast<int>(text.size()), text.data());
  }
  [[nodiscard]] Counter& counter(std::string_view name) noexcept override { return counters_[std::string(name)]; }
  [[nodiscard]] void* extension(std::string_view, std::uint32_t) noexcept override { return nullptr; }

 private:
  /// An answer that is on its way.
  struct Answer {
    ServerId server;
    std::string device;
    std::string state;
    Completion done;
  };
  void answer() {
    for (const Answer& answer : std::exchange(answers_, {})) {
      if (answer.done) answer.done(Reply{Outcome::success, "", {}});
      say(answer.server, answer.device, answer.state);
    }
  }

  static constexpr std::array<std::string_view, 3> states{"", "INUSE", "RINGING"};
  static std::uint8_t code_of(std::string_view state) {
    return static_cast<std::uint8_t>(std::find(states.begin(), states.end(), state) - states.begin());
  }
  static std::string device_name(std::size_t server, std::size_t device) {
    return "PJSIP/" + std::to_string(server) + "-" + std::to_string(device);
  }
  [[nodiscard]] std::size_t stride() const noexcept { return std::max<std::size_t>(settings_.zones, 1); }

  /// What a server holds of a device of a server of its zone: a byte each, as there are millions.
  std::uint8_t& held(ServerId server, std::size_t origin, std::size_t device) {
    std::vector<std::uint8_t>& states_there = held_[server];
    if (states_there.empty()) {
      states_there.resize(in_zone() * settings_.devices, 0);
      for (std::size_t i = 0; i < settings_.devices; ++i)
        states_there[server / stride() * settings_.devices + i] = code_of("INUSE");
    }
    return states_there[origin / stride() * settings_.devices + device];
  }

  /// Which device a Setvar is for. What it sets is kept for DEVICE_STATE(Custom:PJSIP/<server>-<device>), not for a
  /// flood.
  std::string take(ServerId server, const Action& action) {
    constexpr std::string_view prefix = "DEVICE_STATE(Custom:PJSIP/";
    constexpr std::string_view note = "DEVICE_STATE(Custom:zmq-ami-broker";
    const std::string_view variable = action[0].value;
    const std::size_t parenthesis = variable.find('(') + 1;
    std::string written(variable.substr(parenthesis, variable.size() - parenthesis - 1));
    if (variable.starts_with(note)) return written;
    ++writes_;
    ++written_[server];
    if (!variable.starts_with(prefix)) return written;
    std::size_t origin = 0;
    std::size_t device = 0;
    const auto end = variable.data() + variable.size();
    const auto dash = std::from_chars(variable.data() + prefix.size(), end, origin).ptr;
    std::from_chars(dash + 1, end, device);
    held(server, origin, device) = code_of(action[1].value);
    return written;
  }

  void list(ServerId server, const Completion& done) {
    std::vector<std::pair<std::string, std::string_view>> devices;
    for (std::size_t origin = server % stride(); origin < settings_.servers; origin += stride())
      for (std::size_t i = 0; i < settings_.devices; ++i)
        if (const std::uint8_t code = held(server, origin, i); code != 0)
          devices.emplace_back((origin == server ? "" : "Custom:") + device_name(origin, i), states[code]);
    std::vector<std::array<Field, 3>> items;
    for (const auto& [name, state] : devices)
      items.push_back({Field{"Event", "DeviceStateChange"}, Field{"Device", name}, Field{"State", state}});
    const std::vector<Message> messages(items.begin(), items.end());
    done(Reply{Outcome::success, "", messages});
  }

  void fence(ServerId server, const Action& action, const Completion& done) {
    done(Reply{Outcome::success, "", {}});
    std::vector<Field> fields{{"Event", "UserEvent"}};
    for (std::size_t i = 0; i < action.size(); ++i) fields.push_back({action[i].name, action[i].value});
    plugin_->on_event(server, Message(fields));
  }

  TimerId start_timer(Milliseconds delay, Milliseconds period, std::function<void()> task) {
    timers_.insert(++last_timer_);
    run_later(last_timer_, delay, period, std::move(task));
    return last_timer_;
  }
  void run_later(TimerId id, Milliseconds delay, Milliseconds period, std::function<void()> task) {
    agenda_.after(delay, [this, id, period, task = std::move(task)] {
      if (!timers_.contains(id)) return;
      if (period.count() == 0) timers_.erase(id);
      else run_later(id, period, period, task);
      task();
    });
  }

  const Settings settings_;
  Agenda agenda_;
  testing::FakeOptions options_;
  std::vector<std::string> zones_;
  std::vector<std::string_view> zone_views_;
  std::deque<std::string> sections_;  ///< a deque, because servers_ has views of its strings
  std::vector<ServerInfo> servers_;
  std::vector<Answer> answers_;
  std::unordered_set<TimerId> timers_;
  TimerId last_timer_ = 0;
  std::map<std::string, Counter, std::less<>> counters_;
  std::vector<std::size_t> written_;  ///< by server
  std::vector<std::vector<std::uint8_t>> held_{settings_.servers};
  std::size_t writes_ = 0;
  std::unique_ptr<Plugin> plugin_;
};

/// One line: what was done, how many writes it took, the CPU time since the last line, and the memory now.
class Report {
 public:
  explicit Report(const ScaleHost& host) : host_(host) {}
  void line(const char* what) {
    const double now = cpu_seconds();
    std::printf("%-44s %10zu writes %7.1f s of CPU %6zu MiB\n", what, host_.writes() - writes_, now - cpu_,
                resident_mib());
    std::fflush(stdout);
    cpu_ = now;
    writes_ = host_.writes();
  }

 private:
  const ScaleHost& host_;
  double cpu_ = cpu_seconds();
  std::size_t writes_ = 0;
};

void flood(ScaleHost& host, const Settings& settings, Report& report) {
  const std::size_t origins = std::max<std::size_t>(1, settings.flood / 5000);
  const auto say_all = [&](std::string_view state) {
    for (std::size_t i = 0; i < settings.flood; ++i)
      host.say(static_cast<ServerId>(i % std::min(origins, settings.servers)), "DAHDI/i1/" + std::to_string(i), state);
    host.pass(Seconds(20));
  };
  say_all("INUSE");
  report.line("flood: names that are there");
  say_all("INVALID");
  report.line("flood: 20 s after they went");
}

bool run(const Settings& settings) {
  std::printf("%zu servers in %zu zones, %zu devices each\n", settings.servers, settings.zones, settings.devices);
  ScaleHost host(settings);
  Report report(host);
  host.pass(Seconds(30));
  report.line("start: all servers show all they should");
  const bool complete = host.all_written((host.in_zone() - 1) * settings.devices);
  if (!complete) std::printf("FAILED: not every server was written what it should show, once\n");
  const std::size_t before = host.writes();
  host.read_all();
  report.line("quiet: each server is read once more");
  const bool quiet = host.writes() == before;
  if (!quiet) std::printf("FAILED: something was written though nothing had changed\n");
  for (ServerId id = 0; id < settings.servers; ++id)
    for (std::size_t i = 0; i < std::min<std::size_t>(10, settings.devices); ++i) host.change(id, i, "RINGING");
  host.pass(Seconds(1));
  report.line("ten changes on each server");
  if (settings.flood > 0) flood(host, settings, report);
  return complete && quiet;
}

}  // namespace
}  // namespace amibroker::simulation

int main(int argc, char** argv) {
  namespace po = boost::program_options;
  amibroker::simulation::Settings settings;
  po::options_description options("How much memory and time device_state needs for a large fleet, without a network");
  options.add_options()("help", "show this")("servers", po::value(&settings.servers)->default_value(1000))(
      "zones", po::value(&settings.zones)->default_value(50), "0: all servers show each other everything")(
      "devices", po::value(&settings.devices)->default_value(1000), "of each server")(
      "flood", po::value(&settings.flood)->default_value(0), "names that come and go afterwards");
  try {
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, options), given);
    po::notify(given);
    if (given.contains("help")) {
      std::printf("%s", (std::ostringstream() << options).str().c_str());
      return 0;
    }
    if (settings.zones > 0 && settings.servers % settings.zones != 0)
      throw std::runtime_error("the zones must divide the servers evenly");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 64;
  }
  return amibroker::simulation::run(settings) ? 0 : 1;
}
