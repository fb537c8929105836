// SPDX-License-Identifier: Apache-2.0
//
// What tests of the engine nats share: its library, as the daemon loads it, and who uses it.
#pragma once

#include <stdexcept>
#include <string>
#include <variant>

#include "core/bus/engine_library.hpp"
#include "tests/engine/nats_server.hpp"
#include "tests/unit/cluster_bus/loop_world.hpp"

namespace amibroker::cluster_test {

inline const cluster::EngineDescriptor& nats_engine() {
  const auto loaded = cluster::load_engine(AMIBROKER_NATS_ENGINE);
  if (const auto* const refusal = std::get_if<cluster::EngineRefusal>(&loaded)) throw std::runtime_error(refusal->text);
  return *std::get<const cluster::EngineDescriptor*>(loaded);
}

inline cluster::Settings settings_of(std::string_view site, std::vector<std::uint16_t> ports) {
  cluster::Settings settings;
  settings.site = site;
  for (const std::uint16_t port : ports) settings.urls.push_back({"127.0.0.1", port, false});
  return settings;
}

}  // namespace amibroker::cluster_test
