// SPDX-License-Identifier: Apache-2.0
//
// When the states of a server are read, since events tell only of changes.
#pragma once

#include <amibroker/host.hpp>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "states.hpp"

namespace mqtt {

/// Asks each server that comes up for its lists, and again: a few seconds later, since what happened before the server
/// knew of the subscriptions is in no event; when events were lost; and regularly. Loop's thread.
class Lists {
 public:
  /// Called with each name and state (see known_state) of a list, in slices, so that no list holds up the loop.
  using Item = std::function<void(amibroker::ServerId, Kind, std::string_view name, std::string_view state)>;

  /// The references must outlive this, and so must the completions of requests: until Plugin::stop.
  Lists(amibroker::Host& host, States& states, std::chrono::seconds interval, bool presence, Item item);

  void server_up(amibroker::ServerId server, States::Place& place);
  void server_down(amibroker::ServerId server);
  /// What is known of the server may be old.
  void soon(amibroker::ServerId server);
  /// Asks for what is due. To be called every second.
  void tick();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Reading {
    bool under_way = false;  ///< asked for, or not read to its end yet
    bool again = false;      ///< somebody asked for it while it was under way
    bool refused = false;
    bool first = true;  ///< since the server came up
    TimePoint last{};
    TimePoint due{};
    std::deque<std::pair<std::string, std::string_view>> items{};  ///< that came and were not read yet
    std::size_t ended = 0;                                         ///< names that States::end_list looked at
  };
  struct Server {
    States::Place* place = nullptr;  ///< null: down
    std::uint32_t life = 0;          ///< counts its ends, so that no slice of a list is read in the next one
    std::array<Reading, 2> kinds{};
  };

  void ask(amibroker::ServerId server, Kind kind);
  void answered(amibroker::ServerId server, Kind kind, const amibroker::Reply& reply);
  void copy(Kind kind, std::span<const amibroker::Message> messages, Reading& reading);
  void read_slice(amibroker::ServerId server, Kind kind);
  void end(amibroker::ServerId server, Kind kind);
  void say_refused(amibroker::ServerId server, Kind kind, const amibroker::Reply& reply, Reading& reading);
  [[nodiscard]] Server& at(amibroker::ServerId server);
  [[nodiscard]] std::span<const Kind> kinds() const noexcept;

  amibroker::Host& host_;
  States& states_;
  const std::chrono::seconds interval_;
  const bool presence_;
  const Item item_;
  std::deque<Server> servers_;
};

}  // namespace mqtt
