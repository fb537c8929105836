// SPDX-License-Identifier: Apache-2.0
//
// Of the brokers of one site one speaks for it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "plugins/replication/marks.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Decides whether this broker speaks for its site, and with which epoch. Brokers of a site hear each other's
/// heartbeats on the bus:
///
/// - One that knows of no other speaks as soon as it knows what its servers say.
/// - It is the one that leads on most servers (Peers): another one would take what that one writes for news whenever it
///   hears of a change of another site a moment later. One that leads takes over from one that does not, at once.
/// - Of two that lead alike, who speaks goes on speaking. If both do, the one that reaches fewer servers stops, of
/// equals
///   the younger one. The other one takes a higher epoch, so that what it says counts.
/// - If nobody has spoken for `silence`, who can does, the better one first.
/// - One that speaks, and has heard for `yield_after` heartbeats that another one reaches more servers, stops.
///
/// Two may speak for a moment; receivers follow the higher epoch, and both say what the same servers say. Nothing is
/// written because of it: who writes to a server is the business of Peers. Pure logic; one thread.
class Speaker {
 public:
  explicit Speaker(const Life& life) : life_(life) {}

  /// What another broker of this site says of itself.
  struct Other {
    Life life;
    std::uint64_t epoch;
    bool speaks;
    bool leads;
    std::uint32_t reach;
  };
  void heard(const Other& other, TimePoint now);

  /// What decides, from this broker's side. `ready`: it knows what its servers say, and the bus is there. `alone`: its
  /// servers show no other broker. `leads`: it writes to most of the servers on which there are others.
  struct Self {
    bool ready;
    bool alone;
    bool leads;
    std::uint32_t reach;
    std::int64_t unix_ms;
  };
  /// Call it at least every 250 ms. True if it begins to speak, or goes on with a new epoch: all that was said is void.
  [[nodiscard]] bool tick(const Self& self, TimePoint now);

  [[nodiscard]] bool speaks() const noexcept { return speaks_; }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  /// Whether another broker of the site has spoken lately.
  [[nodiscard]] bool other_speaks(TimePoint now) const noexcept {
    return other_spoke_ && now - *other_spoke_ < silence;
  }

  [[nodiscard]] std::optional<TimePoint> other_spoke() const noexcept { return other_spoke_; }

  static constexpr std::chrono::milliseconds silence{2200};
  static constexpr std::chrono::milliseconds for_the_better{1100};
  static constexpr int yield_after = 3;

 private:
  [[nodiscard]] bool is_better(const Other& other) const noexcept;
  [[nodiscard]] TimePoint may_speak_from(const Self& self, TimePoint now) const noexcept;
  void speak(std::int64_t unix_ms);

  Life life_;
  std::uint32_t reach_ = 0;
  bool leads_ = true;
  bool speaks_ = false;
  std::uint64_t epoch_ = 0;
  std::uint64_t highest_ = 0;
  bool outdone_ = false;  ///< another one has as high an epoch
  int ahead_ = 0;
  std::optional<TimePoint> ready_since_{};
  std::optional<TimePoint> other_spoke_{};
  std::optional<TimePoint> better_heard_{};
  std::optional<TimePoint> gave_way_{};
  std::optional<TimePoint> leader_heard_{};
  bool takes_over_ = false;  ///< one that does not lead speaks
};

}  // namespace amibroker::replication
