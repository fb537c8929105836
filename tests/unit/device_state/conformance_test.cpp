// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/conformance.hpp"

#include "plugins/device_state/device_state.hpp"

namespace amibroker::testing {

INSTANTIATE_TEST_SUITE_P(DeviceState, PluginConformance,
                         ::testing::Values(PluginUnderTest{
                             "device_state",
                             [] { return std::make_unique<device_state::DeviceState>(); },
                             device_state::DeviceState::options,
                             {{"DeviceStateChange", {{"Device", "PJSIP/100"}, {"State", "INUSE"}}},
                              {"DeviceStateChange", {{"Device", "PJSIP/100"}, {"State", "NOT_INUSE"}}},
                              {"DeviceStateChange", {{"Device", "Queue:sales"}, {"State", "RINGING"}}},
                              {"DeviceStateChange", {{"Device", "Custom:lamp"}, {"State", "INUSE"}}}}}));

}  // namespace amibroker::testing
