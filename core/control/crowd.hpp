// SPDX-License-Identifier: Apache-2.0
//
// The clients of one listener, and who has to go if there are too many.
#pragma once

#include <cstddef>
#include <memory>
#include <set>

namespace amibroker::control {

class Session;

/// At most so many at a time. If it is full, a new client takes the place of the one that has been idle, or slow, for
/// the longest: so those that do nothing never keep out somebody who asks. Thread of the control socket.
class Crowd {
 public:
  explicit Crowd(std::size_t most) : most_(most) {}

  /// Makes room for one more. False if nobody can go, for all wait for answers or listen to a feed.
  [[nodiscard]] bool make_room();
  void add(Session* session) { sessions_.insert(session); }
  void remove(Session* session) noexcept { sessions_.erase(session); }
  /// All of them are closed.
  void close();
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }

 private:
  std::size_t most_;
  std::set<Session*> sessions_;
};

}  // namespace amibroker::control
