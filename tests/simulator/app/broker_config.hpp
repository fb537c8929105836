// SPDX-License-Identifier: Apache-2.0
//
// The broker's configuration for a simulated fleet.
#pragma once

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

/// In the format of the original broker; `[plugins]` only if a folder is given, or plugins that are to be switched on.
/// `web`: port of the board.
[[nodiscard]] std::string broker_config(const std::vector<ServerAccess>& servers, const std::string& folder,
                                        const std::vector<std::string>& enabled, std::optional<std::uint16_t> web = {});

}  // namespace amibroker::sim::app
