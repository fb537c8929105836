// SPDX-License-Identifier: Apache-2.0
//
// That the reference page says what options the plugin has.
#include <gtest/gtest.h>

#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reference_page.hpp"

namespace amibroker::device_state {
namespace {

TEST(Reference, HasARowForEveryOptionOfDeviceStateWithItsDefaultAndRange) {
  replication::expect_in_reference(AMIBROKER_REFERENCE, DeviceState::options);
}

}  // namespace
}  // namespace amibroker::device_state
