// SPDX-License-Identifier: Apache-2.0
//
// The broker's configuration for a simulated fleet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace amibroker::sim::app {

struct ServerPorts {
  std::uint16_t command;
  std::uint16_t event;
};

/// In the format of the original broker; `[plugins]` only where a folder is given.
[[nodiscard]] std::string broker_config(const std::vector<ServerPorts>& servers, const std::string& plugins);

}  // namespace amibroker::sim::app
