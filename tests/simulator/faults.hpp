// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong with one server, on demand. Only the decisions: no I/O, no clock, not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amibroker::sim {

/// What is wrong with one reply.
enum class ReplyFault : std::uint8_t {
  none,
  lost,               ///< carried out, never answered
  without_action_id,  ///< the header is missing
  other_action_id,    ///< the header holds `other-` and the right one
  duplicated,         ///< sent twice
  late,               ///< carried out at once, answered after a delay; what came later waits, as with a REP socket
  raw,                ///< carried out, answered with given frames
};

/// How one action is to be answered.
struct ReplyPlan {
  ReplyFault fault = ReplyFault::none;
  std::chrono::milliseconds delay{0};  ///< of a late reply
  std::vector<std::string> frames{};   ///< of a raw reply
};

class Faults {
 public:
  /// The next reply that has no plan of its own yet goes wrong like this.
  void plan_reply(ReplyPlan plan) { plans_.push_back(std::move(plan)); }
  /// Every further action waits that long before it is carried out; 0 ends it.
  void slow(std::chrono::milliseconds delay) noexcept { slow_ = delay; }
  /// Actions are carried out, but never answered.
  void silent(bool on) noexcept { silent_ = on; }
  /// Nothing is published.
  void mute(bool on) noexcept { mute_ = on; }
  /// The next `count` events of this name get lost on their way.
  void lose_next_events(std::string name, std::size_t count) { lose_next_[std::move(name)] = count; }
  /// Each event gets lost with this probability (0 to 1); the same seed loses the same ones.
  void lose_events(double probability, std::uint64_t seed);
  /// No fault is left.
  void clear() { *this = Faults{}; }

  [[nodiscard]] std::chrono::milliseconds delay() const noexcept { return slow_; }
  /// Decides about one event of this name that is to be published.
  [[nodiscard]] bool loses_event(std::string_view name);
  /// Decides about one reply.
  [[nodiscard]] ReplyPlan next_reply();

 private:
  std::chrono::milliseconds slow_{0};
  bool silent_ = false;
  bool mute_ = false;
  std::map<std::string, std::size_t, std::less<>> lose_next_;  // how many more, by the name of the event
  double lose_probability_ = 0;
  std::mt19937_64 random_;
  std::deque<ReplyPlan> plans_;
};

}  // namespace amibroker::sim
