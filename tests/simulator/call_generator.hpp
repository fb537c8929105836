// SPDX-License-Identifier: Apache-2.0
//
// Phones that ring, are answered, hold, and hang up, from one seed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/simulator/call_events.hpp"
#include "tests/simulator/device_state.hpp"
#include "tests/simulator/fleet.hpp"

namespace amibroker::sim {

/// A phone and the one server that it is registered at.
struct Phone {
  std::size_t server;
  std::string device;
};

/// `PJSIP/100`, `PJSIP/101`, … on server 0, `PJSIP/200`, … on server 1, and so on: no name twice. With more than 100
/// phones a server the numbers have more digits.
[[nodiscard]] std::vector<Phone> number_phones(std::size_t servers, std::size_t phones_per_server);

/// Decides who does what next. Each phone has at most one call: NOT_INUSE, RINGING, INUSE, sometimes ONHOLD and INUSE
/// again, NOT_INUSE; sometimes nobody answers. The same seed makes the same calls. Not thread-safe.
class CallScript {
 public:
  CallScript(std::size_t phones, std::uint64_t seed) : states_(phones, DeviceState::not_inuse), random_(seed) {}

  struct Step {
    std::size_t phone;
    DeviceState state;
  };
  /// There has to be a phone.
  [[nodiscard]] Step next();

 private:
  std::vector<DeviceState> states_;
  std::mt19937_64 random_;
};

/// Plays a script on a fleet, on a thread of its own.
class CallGenerator {
 public:
  /// `rate`: changes of state a second, over all phones. Starts at once, and skips what it is late with by more
  /// than a second. `events`: one for each server if the events of the calls are to be published as well, else none.
  CallGenerator(Fleet& fleet, std::vector<Phone> phones, double rate, std::uint64_t seed,
                std::vector<CallEvents> events = {});
  /// Stops.
  ~CallGenerator() { stop(); }
  CallGenerator(const CallGenerator&) = delete;
  CallGenerator& operator=(const CallGenerator&) = delete;

  /// No further change happens when this returns. Phones keep the state that they are in.
  void stop();
  /// How many changes were made so far.
  [[nodiscard]] std::uint64_t changes() const;

 private:
  void play();

  Fleet& fleet_;
  const std::vector<Phone> phones_;
  const std::chrono::duration<double> period_;
  CallScript script_;
  std::vector<CallEvents> events_;  // by server, or none
  mutable std::mutex mutex_;
  std::condition_variable stop_wanted_;
  bool stopping_ = false;
  std::uint64_t changes_ = 0;
  std::thread thread_;
};

}  // namespace amibroker::sim
