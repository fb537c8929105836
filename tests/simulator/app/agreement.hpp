// SPDX-License-Identifier: Apache-2.0
//
// Whether all servers hold what the phones' own servers say.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/simulator/call_generator.hpp"
#include "tests/simulator/fleet.hpp"

namespace amibroker::sim::app {

/// The rule: each server but the phone's own holds `Custom:<phone>` equal to the phone's state on its own server.
class Agreement {
 public:
  Agreement(Fleet& fleet, const std::vector<Phone>& phones) : fleet_(&fleet), phones_(&phones) {}

  /// True once all agree. For a fleet in which nothing changes, and to be called often: what agreed is not asked again.
  [[nodiscard]] bool reached();

  /// One line for each phone and server that disagree, all of them asked again.
  [[nodiscard]] std::vector<std::string> disagreements() const;

 private:
  [[nodiscard]] bool agrees(std::size_t pair) const;

  Fleet* fleet_;
  const std::vector<Phone>* phones_;
  std::size_t agreed_ = 0;  // pairs of phone and server, in order
};

}  // namespace amibroker::sim::app
