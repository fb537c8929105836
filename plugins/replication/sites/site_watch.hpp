// SPDX-License-Identifier: Apache-2.0
//
// How well other sites are reached, for people to look at.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "amibroker/bus.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Knows of each other site when it was heard, how wrong its clock seems, and how long a question takes there and back.
/// Nothing is decided by it. Sites whose options differ from ours are known here alone; one that was not heard for a
/// day is forgotten.
///
/// Loop's thread only. All that is referred to outlives this; it lives until Plugin::stop.
class SiteWatch {
 public:
  SiteWatch(Host& host, Bus& bus);
  SiteWatch(const SiteWatch&) = delete;
  SiteWatch& operator=(const SiteWatch&) = delete;

  struct Site {
    TimePoint heard{};  ///< its last heartbeat
    TimePoint since{};  ///< when it was heard the first time after it had been lost, or at all
    /// By how much its clock seems to be ahead of ours: what it said, less ours when that came. So a clock that is
    /// right looks as if it were behind by the way.
    std::int64_t ahead_ms = 0;
    bool differs = false;  ///< its options make other names or values, so it is not taken in
    std::optional<std::chrono::nanoseconds> round_trip{};  ///< of the last question; nothing: none was answered yet
    std::uint32_t unanswered = 0;                          ///< questions in a row
    TimePoint next_question{};
  };

  /// A heartbeat of a broker that speaks for that site, which is another one. `unix_ms`: what its clock says.
  void heartbeat(std::string_view site, std::int64_t unix_ms, bool differs);

  [[nodiscard]] const std::map<std::string, Site, std::less<>>& sites() const noexcept { return sites_; }
  /// Whether it has not been heard for Bus::Info::lost_after.
  [[nodiscard]] bool is_lost(const Site& site) const noexcept;

  static constexpr std::size_t most_sites = 1000;
  static constexpr std::chrono::milliseconds between_questions{10'000};
  static constexpr std::chrono::milliseconds patience{5000};
  static constexpr std::chrono::hours forgotten_after{24};

 private:
  void forget_old();
  void ask(const std::string& name, Site& site);

  Host& host_;
  Bus& bus_;
  std::map<std::string, Site, std::less<>> sites_;
  TimePoint next_look_{};
};

}  // namespace amibroker::replication
