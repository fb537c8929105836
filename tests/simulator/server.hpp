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
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/ami_options.hpp"
#include "tests/simulator/asterisk.hpp"
#include "tests/simulator/curve_gate.hpp"
#include "tests/simulator/device_state.hpp"
#include "tests/simulator/faults.hpp"
#include "tests/simulator/presence.hpp"
#include "tests/simulator/signal.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

class AmiEndpoint;
class Fleet;
class ServerCore;

/// Which wire a server speaks.
enum class Transport : std::uint8_t {
  zmq,  ///< the module res_zmq_manager
  ami,  ///< Asterisk's own manager interface
};

struct ServerOptions {
  AsteriskOptions asterisk{};
  Transport transport = Transport::zmq;
  AmiOptions ami{};  ///< of use with Transport::ami; what follows it, with Transport::zmq
  Module module = Module::ours;
  std::uint16_t command_port = 0;  ///< of 127.0.0.1; 0: a free one
  std::uint16_t event_port = 0;    ///< of 127.0.0.1; 0: a free one
  /// Nothing: everybody who reaches the ports may come in.
  std::optional<CurveOptions> curve{};
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
  [[nodiscard]] Transport transport() const noexcept;
  /// Of a native server; else 0, as the two ports of the module are on a native one.
  [[nodiscard]] std::uint16_t ami_port() const noexcept;

  // --- what happens on it ---

  /// As if a phone had done it: published if the state is not the same as before.
  void set_device_state(std::string_view device, DeviceState state);
  /// As if made by its dialplan; `presentity` with its provider (`CustomPresence:100`). Always published.
  void set_presence(std::string_view presentity, const Presence& presence);
  /// As if a program had told it; always published.
  void set_mailbox(std::string_view mailbox, const MessageCounts& counts);
  /// Any other event: `Event` first, SystemName as given.
  void publish(const Fields& event);
  /// Any bytes as one message of one or several frames. Faults that lose events do not apply. Not on a native server.
  void publish_raw(const std::vector<std::string>& frames);
  /// Nothing on a native server, because only the module has this event.
  void publish_load_zmq();

  // --- what it knows ---

  [[nodiscard]] DeviceState device_state(std::string_view device) const;
  /// What a phone that watches the hint `device&Custom:device` sees.
  [[nodiscard]] DeviceState lamp(std::string_view device) const;
  [[nodiscard]] std::optional<Presence> presence(std::string_view presentity) const;
  /// Nothing if it has none of this name.
  [[nodiscard]] std::optional<MessageCounts> mailbox(std::string_view mailbox) const;
  [[nodiscard]] ServerCounters counters() const;
  /// All writes of that key, in order; if it is empty, of all keys but the notes of the broker about itself.
  [[nodiscard]] std::vector<Write> history(std::string_view key = {}) const;
  /// The texts with which an event must begin for somebody to get it; the empty text: all events. None on
  /// a native server.
  [[nodiscard]] std::set<std::string> topics() const;
  /// Whether somebody listens to its events, or to some of them, and sent it an action since its start.
  /// Native: whether a session that is logged in did so after its login.
  [[nodiscard]] bool has_broker() const;
  [[nodiscard]] bool is_alive() const;

  // --- what a native server knows ---

  /// That are logged in.
  [[nodiscard]] std::size_t sessions() const;
  /// Accepted and refused since the fleet was made.
  [[nodiscard]] std::uint64_t logins() const;
  [[nodiscard]] std::uint64_t refused_logins() const;
  /// Filters of the session that came last, in order, and its mask, as they were sent.
  [[nodiscard]] std::vector<std::string> filters() const;
  [[nodiscard]] std::string event_mask() const;
  /// To all sessions, after masks and filters, since the fleet was made.
  [[nodiscard]] std::uint64_t events_sent() const;

  // --- what goes wrong with it ---

  /// Each further action takes that long, one after the other, also those of other sessions; 0 ends it.
  void slow(std::chrono::milliseconds delay);
  /// Carries out actions, but never answers.
  void silent(bool on);
  /// Publishes nothing.
  void mute_events(bool on);
  /// Loses the next `count` events of this name. Others pass, such as those that answer what the daemon does meanwhile.
  void lose_next_events(const std::string& name, std::size_t count);
  /// Each event is lost with this probability (0 to 1), the same ones for the same seed.
  void lose_events(double probability, std::uint64_t seed);
  void lose_next_replies(std::size_t count);
  /// The next reply without a plan goes wrong like this. Planned faults happen in order, one reply each.
  void plan_reply(ReplyPlan plan);
  /// No fault is left but those of native servers; a dead server stays dead.
  void clear_faults();

  /// Dies: connections drop, both ports refuse when this returns. Throws std::runtime_error if that takes over 5 s.
  void kill();
  /// Starts a dead server on its old ports, or kills a living one first, with what Asterisk loses in a restart (see
  /// Asterisk::restart). Listens when this returns. Throws std::runtime_error if that takes over 5 s.
  void restart();

  // --- what goes wrong with a native server ---

  /// Connections are accepted from now on, but get no word, not even of TLS, and stay so when this ends.
  void hold_silent(bool on);
  /// What new connections are greeted with, without its line end.
  void set_banner(const std::string& text);
  /// All connections are reset.
  void reset_connections();
  /// All connections are reset when half an event has been sent.
  void reset_in_event();
  /// Any bytes to all connections, in between of messages.
  void send_raw(const std::string& bytes);
  /// As a machine that hangs: nothing is read or written, connections stay, and only the kernel accepts new ones.
  /// Goes on with what has waited when this ends.
  void freeze(bool on);

 private:
  void wait_for_life(bool alive);
  void on_ami(const std::function<void(AmiEndpoint&)>& fault);

  Fleet* fleet_;
  ServerCore* core_;
};

}  // namespace amibroker::sim
