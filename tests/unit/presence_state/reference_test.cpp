// SPDX-License-Identifier: Apache-2.0
//
// That the reference page says what options the plugin has.
#include <gtest/gtest.h>

#include "plugins/presence_state/presence_state.hpp"
#include "tests/unit/replication/reference_page.hpp"

namespace amibroker::presence_state {
namespace {

TEST(Reference, HasARowForEveryOptionOfPresenceStateWithItsDefaultAndRange) {
  replication::expect_in_reference(AMIBROKER_REFERENCE, PresenceState::options);
}

}  // namespace
}  // namespace amibroker::presence_state
