// SPDX-License-Identifier: Apache-2.0
#include "tests/system/fault_run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace amibroker::system_test {
namespace {

constexpr auto patience = 60s;  // for what takes ten seconds at most
// So many that no lamp changes more often than people do: one that blinks is held back
// (plugins/replication/damper.hpp).
constexpr std::size_t phones_a_server = 200;
constexpr std::uint64_t lamps_to_compare = 400;

/// The line of the log that holds `text`.
std::string line_with(const std::string& log, const std::string& text) {
  const std::size_t at = log.find(text);
  if (at == log.npos) return {};
  const std::size_t begin = log.rfind('\n', at) + 1;  // npos + 1 is 0
  return log.substr(begin, log.find('\n', at) - begin);
}

}  // namespace

FaultRun::FaultRun(Setup setup, Fault fault)
    : setup_(std::move(setup)),
      fault_(std::move(fault)),
      plugin_file_((folder_.path() / "breaks.so").string()),
      fleet_(2, {}, &meter_),
      phones_(sim::number_phones(2, phones_a_server)) {
  std::filesystem::copy_file(setup_.library, plugin_file_);
  write_config(!breaks_at_its_start());
}

FaultRun::~FaultRun() = default;

bool FaultRun::breaks_at_its_start() const {
  constexpr std::array<std::string_view, 7> calls{"load", "check_options", "constructor", "start",
                                                  "task", "on_server_up",  "answer"};
  return std::find(calls.begin(), calls.end(), fault_.where) != calls.end();
}

void FaultRun::write_config(bool breaks) {
  std::string text =
      "[general]\ndevice_state = yes\npresence = yes\nhang_limit = " + std::to_string(setup_.hang_limit_s) +
      "\n[servers]\nsections = server-0, server-1\n";
  for (const sim::Server& server : fleet_.servers())
    text += "[server-" + std::to_string(server.index()) +
            "]\naddr = 127.0.0.1\ncmd_port = " + std::to_string(server.command_port()) +
            "\nevt_port = " + std::to_string(server.event_port()) + "\n";
  text += "[plugins]\npath = " + folder_.path().string() + "\nbreaks = " + (breaks ? "yes" : "no") +
          "\n[plugin breaks]\nwhere = " + fault_.where + "\nhow = " + fault_.how + "\n" +
          (setup_.isolated ? "isolate = yes\nmemory_limit = 64\n" : "");
  static_cast<void>(folder_.write("config.ini", text));
}

void FaultRun::start() {
  daemon_ = std::make_unique<Daemon>(setup_.daemon, std::vector{(folder_.path() / "config.ini").string()});
  if (!fleet_.wait_until(sim::Clock::now() + patience, [&] { return agree(); })) fail("the lamps do not become right");
}

void FaultRun::fail(const std::string& what) const {
  throw std::runtime_error(fault_.how + " in " + fault_.where + (setup_.isolated ? ", isolated: " : ": ") + what +
                           "\n" + daemon_->output());
}

bool FaultRun::agree() const {
  return std::all_of(phones_.begin(), phones_.end(), [&](const sim::Phone& phone) {
    auto& servers = fleet_.servers();
    return servers[1 - phone.server].device_state("Custom:" + phone.device) ==
           servers[phone.server].device_state(phone.device);
  });
}

void FaultRun::await_lamps(std::uint64_t more) {
  const std::uint64_t enough = meter_.figures().delivered + more;
  if (!fleet_.wait_until(sim::Clock::now() + patience, [&] { return meter_.figures().delivered >= enough; }))
    fail("the lamps stand still");
}

void FaultRun::trigger() {
  if (fault_.where == "on_event") {
    fleet_[0].publish({{"Event", "Probe"}});
  } else if (fault_.where == "on_report") {
    daemon_->signal(SIGUSR1);
  } else if (fault_.where == "stop" || fault_.where == "destructor") {
    write_config(false);
    daemon_->signal(SIGHUP);
  } else if (fault_.where == "its file") {
    if (fault_.how == "truncated") std::filesystem::resize_file(plugin_file_, 4096);
    else static_cast<void>(folder_.write("breaks.so", std::string(std::filesystem::file_size(plugin_file_), 'x')));
    fleet_[0].publish({{"Event", "Probe"}});
  } else {
    write_config(true);
    daemon_->signal(SIGHUP);
  }
}

void FaultRun::await(const Ending& ending) {
  if (ending.code) {
    const auto code = daemon_->exit_code(patience);
    if (!code) fail("the daemon does not end");
    if (code != ending.code) fail("the daemon ended with " + std::to_string(*code));
  }
  if (!daemon_->says(ending.says, patience)) fail("the log does not say '" + ending.says + "'");
}

FaultCost FaultRun::measure(const Ending& ending) {
  start();
  if (setup_.isolated && !breaks_at_its_start() && !daemon_->says("plugin breaks 1.0 runs in process", patience))
    fail("the plugin does not start");
  calls_ = std::make_unique<sim::CallGenerator>(fleet_, phones_, setup_.changes_a_second, 1);
  await_lamps(lamps_to_compare / 4);
  meter_.restart();  // it has started
  await_lamps(lamps_to_compare);
  FaultCost cost;
  cost.before = meter_.figures();
  meter_.restart();
  const auto began = sim::Clock::now();
  trigger();
  await(ending);
  cost.line = line_with(daemon_->output(), ending.says);
  if (ending.code) {
    write_config(false);  // what an administrator does, and systemd starts it again
    start();
    cost.back = sim::Clock::now() - began;
  } else if (ending.starts_anew) {
    if (!daemon_->says("plugin breaks 1.0 runs", patience, 2)) fail("the plugin does not start anew");
    cost.back = sim::Clock::now() - began;
  }
  await_lamps(lamps_to_compare);
  calls_->stop();
  cost.all_agree = fleet_.wait_until(sim::Clock::now() + patience, [&] { return agree(); });
  cost.after = meter_.figures();
  if (daemon_->stop() != 0) fail("it does not end cleanly");
  return cost;
}

}  // namespace amibroker::system_test
