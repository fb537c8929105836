// SPDX-License-Identifier: Apache-2.0
//
// One simulated Asterisk server of a fleet, as tests use it: `fleet[0].set_device_state("PJSIP/100", …)`.
//
// All functions may be called from any thread but the fleet's own (an Observer's callbacks may only query). Commands
// return when the fleet's thread has carried them out: what they publish has been handed to libzmq by then.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/asterisk.hpp"
#include "tests/simulator/device_state.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/presence.hpp"
#include "tests/simulator/signal.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

class Fleet;
class ServerCore;

struct ServerOptions {
  AsteriskOptions asterisk{};
  Module module = Module::ours;
  std::uint16_t command_port = 0;  ///< of 127.0.0.1; 0: a free one
  std::uint16_t event_port = 0;    ///< of 127.0.0.1; 0: a free one
  /// When LoadZmq is published after each start; the modules do it after 2 s. Nothing: never, so that tests that count
  /// events are not surprised.
  std::optional<std::chrono::milliseconds> announce_after{};
  /// Keep each write for `Server::history` (about 100 bytes each, without bound).
  bool keep_history = true;
};

/// What a server counted since the fleet was made.
struct ServerCounters {
  std::map<std::string, std::uint64_t, std::less<>> actions;  ///< arrived, by name as sent; "" is what was no action
  std::uint64_t writes = 0;            ///< accepted Setvars of a state; each is a disk write on a real server
  std::uint64_t writes_unchanged = 0;  ///< of these: the value was there already
  std::uint64_t errors = 0;            ///< answered with an error
  std::uint64_t replies = 0;           ///< sent, errors included
  std::uint64_t replies_lost = 0;      ///< by a fault
  std::uint64_t events = 0;            ///< published
  std::uint64_t events_lost = 0;       ///< by a fault
  std::uint64_t crashes = 0;           ///< of Asterisk, by an action that the original module should have refused
};

/// A write that was accepted.
struct Write {
  Clock::time_point time;
  std::string key;    ///< `Custom:…` or `CustomPresence:…`
  std::string value;  ///< as it was sent
};

class Server {
 public:
  Server(Fleet& fleet, ServerCore& core) : fleet_(&fleet), core_(&core) {}

  // --- who it is ---

  [[nodiscard]] std::size_t index() const noexcept;
  [[nodiscard]] std::uint16_t command_port() const noexcept;
  [[nodiscard]] std::uint16_t event_port() const noexcept;
  [[nodiscard]] Module module() const noexcept;

  // --- what happens on it ---

  /// As if a phone had done it: published where the state is another one than before.
  void set_device_state(std::string_view device, DeviceState state);
  /// As if made by its dialplan; `presentity` with its provider (`CustomPresence:100`). Always published.
  void set_presence(std::string_view presentity, const Presence& presence);
  /// Any other event: `Event` first, SystemName as given.
  void publish(const Fields& event);
  /// Any bytes as one message of one or several frames. Faults that lose events do not apply.
  void publish_raw(const std::vector<std::string>& frames);
  void publish_load_zmq();

  // --- what it knows ---

  [[nodiscard]] DeviceState device_state(std::string_view device) const;
  /// What a phone that watches the hint `device&Custom:device` sees.
  [[nodiscard]] DeviceState lamp(std::string_view device) const;
  [[nodiscard]] std::optional<Presence> presence(std::string_view presentity) const;
  [[nodiscard]] ServerCounters counters() const;
  /// All writes of that key, in order; of all keys where it is empty.
  [[nodiscard]] std::vector<Write> history(std::string_view key = {}) const;
  /// Whether somebody listens to its events and sent it an action since its start.
  [[nodiscard]] bool has_broker() const;
  [[nodiscard]] bool is_alive() const;

  // --- what goes wrong with it ---

  /// Each further action takes that long, one after the other; 0 ends it.
  void slow(std::chrono::milliseconds delay);
  /// Carries out actions, but never answers.
  void silent(bool on);
  /// Publishes nothing.
  void mute_events(bool on);
  void lose_next_events(std::size_t count);
  /// Each event is lost with this probability (0 to 1), the same ones for the same seed.
  void lose_events(double probability, std::uint64_t seed);
  void lose_next_replies(std::size_t count);
  /// The next reply without a plan goes wrong like this. Planned faults happen in order, one reply each.
  void plan_reply(ReplyPlan plan);
  /// No fault is left; a dead server stays dead.
  void clear_faults();

  /// Dies: connections drop, both ports refuse when this returns. Throws std::runtime_error if that takes over 5 s.
  void kill();
  /// Starts a dead server on its old ports, or kills a living one first, with what Asterisk loses in a restart (see
  /// Asterisk::restart). Listens when this returns. Throws std::runtime_error if that takes over 5 s.
  void restart();

 private:
  void wait_for_life(bool alive);

  Fleet* fleet_;
  ServerCore* core_;
};

}  // namespace amibroker::sim
