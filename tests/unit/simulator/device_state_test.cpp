// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/device_state.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace amibroker::sim {
namespace {

using enum DeviceState;

TEST(DeviceStateWord, IsReadInAnyCaseAndWrittenInCapitals) {
  for (const auto state : {not_inuse, inuse, busy, invalid, unavailable, ringing, ringinuse, onhold}) {
    EXPECT_EQ(writable_device_state(to_string(state)), state) << to_string(state);
  }
  EXPECT_EQ(writable_device_state("RingInUse"), ringinuse);
}

TEST(DeviceStateWord, ThatAsteriskRefusesIsNoState) {
  for (const auto* word : {"UNKNOWN", "", "RINGING ", "IDLE", "RING"}) {
    EXPECT_EQ(writable_device_state(word), std::nullopt) << word;
  }
}

struct HintCase {
  DeviceState one;
  DeviceState other;
  DeviceState shown;
};

void PrintTo(const HintCase& hint, std::ostream* out) {
  *out << to_string(hint.one) << " and " << to_string(hint.other);
}

class Hint : public ::testing::TestWithParam<HintCase> {};

TEST_P(Hint, ShowsTheSameWhicheverDeviceComesFirst) {
  const auto& hint = GetParam();
  EXPECT_EQ(aggregate({hint.one, hint.other}), hint.shown) << to_string(aggregate({hint.one, hint.other}));
  EXPECT_EQ(aggregate({hint.other, hint.one}), hint.shown);
}

INSTANTIATE_TEST_SUITE_P(Aggregation, Hint,
                         ::testing::Values(HintCase{invalid, unknown, unknown},
                                           HintCase{unknown, unavailable, unavailable},
                                           HintCase{unavailable, not_inuse, not_inuse},
                                           HintCase{not_inuse, onhold, onhold}, HintCase{onhold, ringing, ringinuse},
                                           HintCase{ringing, inuse, ringinuse}, HintCase{inuse, busy, busy},
                                           HintCase{busy, ringing, ringinuse}, HintCase{busy, ringinuse, ringinuse},
                                           HintCase{onhold, inuse, inuse}, HintCase{not_inuse, ringing, ringing},
                                           HintCase{invalid, not_inuse, not_inuse}));

TEST(Aggregation, OfNothingIsInvalid) { EXPECT_EQ(aggregate({}), invalid); }

TEST(ExtensionState, HasTheNumbersOfAsterisk) {
  EXPECT_EQ(extension_state(not_inuse).number, "0");
  EXPECT_EQ(extension_state(inuse).number, "1");
  EXPECT_EQ(extension_state(busy).number, "2");
  EXPECT_EQ(extension_state(unavailable).number, "4");
  EXPECT_EQ(extension_state(ringing).number, "8");
  EXPECT_EQ(extension_state(ringinuse).number, "9");
  EXPECT_EQ(extension_state(ringinuse).text, "InUse&Ringing");
  EXPECT_EQ(extension_state(onhold).number, "16");
}

}  // namespace
}  // namespace amibroker::sim
