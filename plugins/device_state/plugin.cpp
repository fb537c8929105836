// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

AMIBROKER_PLUGIN_WITH_OPTIONS(amibroker::device_state::DeviceState, "device_state", "0.1.0",
                              "Shows the state of each server's phones on the lamps of all others",
                              amibroker::device_state::DeviceState::options)
