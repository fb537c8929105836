// SPDX-License-Identifier: Apache-2.0
//
// The actions of one server that were sent and not answered, in the order in which they were sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/link/encoded.hpp"
#include "core/link/server_listener.hpp"

namespace amibroker::link {

/// One action under way.
struct Pending {
  std::uint64_t action_id = 0;
  std::chrono::steady_clock::time_point deadline{};
  Owner owner = 0;
  bool expired = false;  ///< its time was over and its owner knows; the answer may still come
  Completion done;
  /// Kept until the answer, so that its memory is given back on the thread that took it.
  EncodedPtr encoded{};
  std::chrono::steady_clock::time_point sent{};
};

/// A window of actions. A server answers in the order of the requests, over either wire (main/manager.c takes one
/// action of a session after the other). So an answer settles all that were sent before the one that it belongs to, and
/// an action whose time is over keeps its place only until a later one is answered or the connection ends. An answer
/// without ActionID, which the module's errors are, belongs to the oldest. Pure logic; time is an argument.
class InFlightTable {
 public:
  /// `capacity`: most actions at once, at least 1.
  explicit InFlightTable(std::size_t capacity) : ring_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool full() const noexcept { return size_ == ring_.size(); }

  /// Adds an action that was sent just now. Not while full.
  void push(Pending&& pending);

  /// Takes out the action that an answer belongs to: the one with its ActionID, or the oldest if the answer has
  /// none. Actions before it were passed over by the server and are appended to `passed_over`. Nothing if no
  /// action fits: then nothing changes.
  [[nodiscard]] std::optional<Pending> match(std::optional<std::uint64_t> action_id, std::vector<Pending>& passed_over);

  /// Marks the actions whose deadline is over, and appends those whose owners must hear of it to `expired`.
  void expire(std::chrono::steady_clock::time_point now, std::vector<Pending>& expired);

  /// Empties the table, oldest first.
  void clear(std::vector<Pending>& all);

 private:
  [[nodiscard]] Pending& at(std::size_t index) noexcept {
    const std::size_t place = first_ + index;
    return ring_[place < ring_.size() ? place : place - ring_.size()];
  }
  [[nodiscard]] Pending pop();

  std::vector<Pending> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::chrono::steady_clock::time_point next_deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace amibroker::link
