// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/subject.hpp"

#include "plugins/device_state/device_state.hpp"
#include "plugins/presence_state/presence_state.hpp"

namespace amibroker::simulation {

std::unique_ptr<Plugin> make_plugin(Subject subject) {
  if (subject == Subject::device_state) return std::make_unique<device_state::DeviceState>();
  return std::make_unique<presence_state::PresenceState>();
}

std::span<const OptionSpec> option_table(Subject subject) {
  if (subject == Subject::device_state) return device_state::DeviceState::options;
  return presence_state::PresenceState::options;
}

}  // namespace amibroker::simulation
