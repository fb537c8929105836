// SPDX-License-Identifier: Apache-2.0
//
// What administrators ask of a plugin about other sites.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "amibroker/commands.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/sites/sites.hpp"

namespace amibroker::replication {

/// The answer of the command `cluster`, `from` (docs/control.md says what the daemon makes of it):
///
///     {"site","up","speaks","other_speaks","epoch","lost_after_seconds","cluster":[{"site","state","since_seconds",
///      "heard_seconds","clock_ahead_ms","round_trip_ms","unanswered","epoch","complete","reading","gaps","snapshots",
///      "names","zones":[]}],"next":null|NUMBER}
///
/// This site, whether the bus is there, whether this broker speaks for the site, or another one of it does; and of each
/// other site that was ever heard, in the order of their names: `state` is `there`, `lost`, or `differs`, which is
/// there and is not taken in, because its options are others; since when that is so; `round_trip_ms` is null until a
/// question was answered; `unanswered` questions in a row; `epoch` is null, and all that follows is empty, if nothing
/// was ever taken of it.
///
/// Loop's thread only. All that is referred to outlives this.
class SiteCommands {
 public:
  SiteCommands(const Host& host, const Sites& sites) : host_(host), sites_(sites) {}

  void add_to(Commands& commands);
  [[nodiscard]] std::string cluster(std::size_t from) const;

  static constexpr std::size_t sites_a_page = 50;
  static constexpr std::size_t most_zones = 20;  ///< that are named of one site

 private:
  void add_site(std::string& out, std::string_view name, const SiteWatch::Site& site) const;
  void add_taken(std::string& out, std::string_view name) const;
  [[nodiscard]] std::string seconds_since(TimePoint then) const;

  const Host& host_;
  const Sites& sites_;
};

}  // namespace amibroker::replication
