// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/devices.hpp"

#include <gtest/gtest.h>

namespace amibroker::device_state {
namespace {

TEST(Devices, PhonesQueuesAndParkingLotsAreNative) {
  for (const char* device : {"PJSIP/100", "SIP/100", "IAX2/a", "DAHDI/1", "Queue:sales", "confbridge:7",
                             "Park:701@lots", "CustomX", "Locality/1"})
    EXPECT_TRUE(is_native(device)) << device;
}

TEST(Devices, CustomDevicesAreNotNativeHoweverTheyAreSpelled) {
  for (const char* device : {"Custom:lamp", "custom:lamp", "CUSTOM:PJSIP/100", "Custom:"})
    EXPECT_FALSE(is_native(device)) << device;
}

TEST(Devices, ChannelsWithoutALastingDeviceAreNotNative) {
  for (const char* device : {"Local/100@default", "local/1", "Snoop/123", "CBAnn/7", "UnicastRTP/127.0.0.1:4000"})
    EXPECT_FALSE(is_native(device)) << device;
}

TEST(Devices, UnknownAndForeignWordsAreNoStatesThatCanBeWritten) {
  EXPECT_TRUE(is_state("RINGINUSE"));
  for (const char* state : {"UNKNOWN", "", "inuse", "IDLE"}) EXPECT_FALSE(is_state(state)) << state;
}

}  // namespace
}  // namespace amibroker::device_state
