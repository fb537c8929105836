// SPDX-License-Identifier: Apache-2.0
//
// The broker's configuration for a simulated fleet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace amibroker::sim::app {

/// Where a server listens, and on a native one who may log in.
struct ServerAccess {
  std::uint16_t command = 0;
  std::uint16_t event = 0;
  std::uint16_t ami = 0;  ///< not 0: native AMI
  std::string username{};
  std::string secret{};
};

/// What makes it the broker of a site.
struct SiteAccess {
  std::string name;
  std::string url;           ///< of the engine
  std::size_t first_server;  ///< number of its first server, from 0
};

/// In the format of the original broker; `[plugins]` only if a folder is given, or plugins that are to be switched on.
/// `web`: port of the board. `site`: with `[cluster]`.
[[nodiscard]] std::string broker_config(const std::vector<ServerAccess>& servers, const std::string& folder,
                                        const std::vector<std::string>& enabled, std::optional<std::uint16_t> web = {},
                                        const std::optional<SiteAccess>& site = {});

}  // namespace amibroker::sim::app
