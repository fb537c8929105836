// SPDX-License-Identifier: Apache-2.0
//
// What a seed decides before a run begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/random.hpp"

namespace amibroker::simulation {

enum class Subject : std::uint8_t { device_state, presence_state };

/// A name of the workload.
struct Name {
  std::string text;                  ///< `PJSIP/100`, `SIP:foo`, `Custom:night`, `CustomPresence:100`
  bool symmetric = false;            ///< held alike by all servers
  std::vector<std::size_t> origins;  ///< servers where it is changed
};

struct Scenario {
  std::uint64_t seed = 0;
  Subject subject = Subject::device_state;
  FaultSet faults;
  [[nodiscard]] std::size_t brokers() const noexcept {
    return faults.has(Fault::second_broker) || faults.has(Fault::rival_broker) ? 2 : 1;
  }
  /// Whether somebody else writes the same names, too.
  [[nodiscard]] bool others_write() const noexcept {
    return faults.has(Fault::rival_broker) || faults.has(Fault::replicator);
  }
  std::size_t servers = 2;
  std::vector<Name> names;
  int changes = 0;
  Seconds active{0};  ///< the time of changes and faults
  Seconds resync_interval{0};
  Seconds lost_after{0};
  Milliseconds request_timeout{0};
  bool aggregate = true;
  bool custom = false;
  bool lost_before_event = true;                ///< a hole is told before the event that shows it, or after it
  std::vector<bool> numbered;                   ///< by server: its module numbers the events
  std::vector<bool> late;                       ///< by server: it is down at first
  std::vector<std::vector<std::string>> zones;  ///< by server, if there are several sites; otherwise none has any
};

/// The scenario of a seed, with at most these faults.
[[nodiscard]] Scenario make_scenario(std::uint64_t seed, Subject subject, FaultSet allowed);

/// What targets call a native device or presentity. With `custom = yes` the template leaves no slash.
[[nodiscard]] std::string shown_name(const Scenario& scenario, std::string_view native);

/// One line for people.
[[nodiscard]] std::string describe(const Scenario& scenario);

}  // namespace amibroker::simulation
