// SPDX-License-Identifier: Apache-2.0
//
// N fake Asterisk servers in one thread: each a PUB and a REP on the wire of res_zmq_manager, on free loopback ports.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/action.hpp"
#include "tests/bench/connection.hpp"

namespace amibroker::bench {

/// What the fleet reports to the benchmark that runs on it, and asks of it.
class FleetListener {
 public:
  virtual void on_setvar(std::size_t server, std::string_view variable, std::string_view value) = 0;
  /// Appends the items of a DeviceStateList, joined by commas; returns how many.
  virtual std::size_t list_devices(std::size_t server, std::string_view action_id, std::string& items) = 0;

 protected:
  ~FleetListener() = default;
};

struct Ports {
  std::uint16_t command = 0;
  std::uint16_t events = 0;
};

class Fleet {
 public:
  /// `numbered`: events have only the number among all events, as in older builds of our module, so that the
  /// broker asks for all events to find losses. Otherwise none, as the original module: it asks for what it wants.
  Fleet(std::size_t servers, FleetListener& listener, bool numbered);
  ~Fleet();

  std::size_t size() const { return servers_.size(); }
  Ports ports(std::size_t server) const;
  const std::string& system_name(std::size_t server) const;

  /// Whether every living server has a subscriber and somebody who may send actions.
  bool everyone_connected() const;
  /// Actions received so far, Pings left out: they never end, and say nothing about readiness.
  std::uint64_t actions() const { return actions_; }
  /// Events that no subscription wanted, dropped here as a PUB socket does.
  std::uint64_t filtered() const { return filtered_; }

  /// Handles what has arrived, waiting for it up to `timeout`, then sends everything that is queued.
  void poll(std::chrono::milliseconds timeout);
  /// Queues one event for the subscribers of `server`.
  void publish(std::size_t server, std::string_view event);
  /// Sends what is queued now.
  void flush();

  /// Closes the server's ports and its connections, as if its machine were switched off.
  void kill(std::size_t server);

 private:
  enum class Kind { commands, events };
  struct Port;
  struct Link;
  struct Server;

  void open(Port& port);
  void accept(Port& port);
  void receive(Link& link);
  bool handle_input(Link& link);
  void handle_event_frame(Link& link, std::string_view body, bool command);
  void handle_action(Link& link, std::string_view body);
  void queue(Link& link, std::string_view event);
  void mark(Link& link);
  void close(Link& link);
  void watch(Link& link, bool output);

  FleetListener& listener_;
  bool numbered_;
  Descriptor epoll_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<Link*> dirty_;
  std::vector<std::unique_ptr<Link>> closed_;  // kept until the turn of the loop is over
  std::string reply_;
  std::string numbered_event_;
  std::uint64_t actions_ = 0;
  std::uint64_t filtered_ = 0;
};

}  // namespace amibroker::bench
