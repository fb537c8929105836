// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stage.hpp"

#include <unistd.h>

#include <algorithm>

#include "tests/bench/process_stats.hpp"

namespace amibroker::bench {

using namespace std::chrono_literals;

namespace {

constexpr auto kQuiet = 300ms;  // no action for so long after connecting: the broker has asked all it wants to know
constexpr auto kTurn = 20ms;

}  // namespace

Stage::Stage(std::size_t servers, std::size_t devices, bool numbered)
    : fleet_(servers, *this, numbered), ledger_(servers, devices) {}

bool Stage::wait_connected(Seconds limit) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
  while (!fleet_.everyone_connected()) {
    if (Clock::now() >= end) return false;
    fleet_.poll(kTurn);
  }
  return true;
}

bool Stage::wait_ready(Seconds limit) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
  if (!wait_connected(limit)) return false;
  auto quiet_since = Clock::now();
  for (auto actions = fleet_.actions(); Clock::now() - quiet_since < kQuiet;) {
    if (Clock::now() >= end) return false;
    fleet_.poll(kTurn);
    if (fleet_.actions() == actions) continue;
    actions = fleet_.actions();
    quiet_since = Clock::now();
  }
  return true;
}

void Stage::change(DeviceNumber device) {
  const auto server = ledger_.home(device);
  ledger_.change(device, fleet_.system_name(server), event_);
  fleet_.publish(server, event_);
}

void Stage::run_until(Clock::time_point end) {
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    // Rounded up, so that the last millisecond is slept and not spun.
    fleet_.poll(std::min<std::chrono::milliseconds>(kTurn, std::chrono::ceil<std::chrono::milliseconds>(end - now)));
  }
}

void Stage::drain(Seconds stall) {
  auto missing = ledger_.tally().missing;
  auto progress = Clock::now();
  while (missing > 0 && Clock::now() - progress < stall) {
    fleet_.poll(kTurn);
    if (ledger_.tally().missing == missing) continue;
    missing = ledger_.tally().missing;
    progress = Clock::now();
  }
}

void Stage::on_setvar(std::size_t server, std::string_view variable, std::string_view value) {
  const auto write = ledger_.on_setvar(server, variable, value);
  if (write.counted && on_write_) on_write_(server, write);
}

std::size_t Stage::list_devices(std::size_t server, std::string_view action_id, std::string& items) {
  return ledger_.list(server, action_id, items);
}

Window::Window(pid_t broker, std::uint64_t units)
    : broker_(broker),
      began_(Clock::now()),
      units_(units),
      broker_cpu_(cpu_seconds(broker)),
      peer_cpu_(cpu_seconds(::getpid())) {}

void Window::close(std::uint64_t units) {
  seconds_ = Seconds(Clock::now() - began_).count();
  units_ = units - units_;
  broker_cpu_ = cpu_seconds(broker_) - broker_cpu_;
  peer_cpu_ = cpu_seconds(::getpid()) - peer_cpu_;
}

}  // namespace amibroker::bench
