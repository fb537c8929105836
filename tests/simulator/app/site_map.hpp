// SPDX-License-Identifier: Apache-2.0
//
// Which servers of a fleet are of which site. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace amibroker::sim::app {

/// The first servers are of the first site, and so on. Sites differ by one server at most; those with one more come
/// first. All numbers begin with 0.
class SiteMap {
 public:
  /// `servers` >= `sites` >= 1.
  constexpr SiteMap(std::size_t servers, std::size_t sites) noexcept : servers_(servers), sites_(sites) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return sites_; }
  /// The first server of the site; of `size()`: one more than the last server of all.
  [[nodiscard]] constexpr std::size_t first(std::size_t site) const noexcept {
    return site * (servers_ / sites_) + std::min(site, servers_ % sites_);
  }
  [[nodiscard]] constexpr std::size_t servers_of(std::size_t site) const noexcept {
    return first(site + 1) - first(site);
  }
  [[nodiscard]] constexpr std::size_t of(std::size_t server) const noexcept {
    std::size_t site = 0;
    while (first(site + 1) <= server) ++site;
    return site;
  }

 private:
  std::size_t servers_;
  std::size_t sites_;
};

/// As it is in the configurations: `site-1`, ...
[[nodiscard]] inline std::string site_name(std::size_t site) { return "site-" + std::to_string(site + 1); }

}  // namespace amibroker::sim::app
