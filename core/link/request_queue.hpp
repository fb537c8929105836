// SPDX-License-Identifier: Apache-2.0
//
// The actions that wait for one server: a queue for each plugin, served in turn.
#pragma once

#include <boost/circular_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/link/encoded.hpp"
#include "core/link/server_listener.hpp"

namespace amibroker::link {

/// An action that is to be sent.
struct NewRequest {
  std::uint64_t id;  ///< greater than that of every action before it
  EncodedPtr encoded;
  std::chrono::milliseconds timeout;  ///< from the sending to the answer
  Owner owner;
  Completion done;
};

/// Gives each owner its turn, so that one that asks for thousands of actions makes another's wait for one of them, not
/// for all. Those of one owner keep their order. Time is an argument. One thread.
class RequestQueue {
  using Time = std::chrono::steady_clock::time_point;

 public:
  /// Most actions that may wait; see `full`.
  static constexpr std::size_t limit = 10'000;

  struct Waiting {
    NewRequest request;
    Time give_up;
  };

  /// Whether this owner has no room. If the whole queue is full, there is room still for one that has less than its
  /// fair share of it.
  [[nodiscard]] bool full(Owner owner) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Not while full for this owner.
  void push(Waiting&& waiting);
  /// The next one whose turn it is. Not while empty.
  [[nodiscard]] NewRequest pop();
  /// Takes out those that are to be given up by now, and appends them to `given_up`.
  void give_up(Time now, std::vector<Waiting>& given_up);
  /// Takes out all.
  [[nodiscard]] std::vector<Waiting> take_all();

 private:
  struct Lane {
    Owner owner;
    boost::circular_buffer<Waiting> waiting;  // grows to what was needed once, and costs no memory call after that
  };
  [[nodiscard]] Lane& lane_for(Owner owner);

  std::vector<Lane> lanes_;  // of owners that have something here, or had
  std::size_t turn_ = 0;
  std::size_t size_ = 0;
  Time next_give_up_ = Time::max();
};

}  // namespace amibroker::link
