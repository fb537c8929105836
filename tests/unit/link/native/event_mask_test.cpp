// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/event_mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::link::native {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Interest in(std::vector<std::string> names) { return {.all = false, .names = std::move(names)}; }

TEST(EventMask, TheMaskHoldsTheClassesOfTheWantedEvents) {
  EXPECT_EQ(event_mask_of(in({"DeviceStateChange"})), "call");
  EXPECT_EQ(event_mask_of(in({"DeviceStateChange", "FullyBooted", "LoadZmq", "PresenceStateChange", "UserEvent"})),
            "call,system,user");
  EXPECT_EQ(event_mask_of(in({"DeviceStateChange", "SomethingNew"})), "on");
  EXPECT_EQ(event_mask_of({.all = true}), "on");
  EXPECT_EQ(event_mask_of(in({})), "off");
  EXPECT_EQ(event_mask_of(in({"LoadZmq"})), "off");
}

TEST(EventMask, AFilterNamesTheWantedEvents) {
  EXPECT_THAT(event_filters_of(in({"Hangup"})), ElementsAre("^Event: (Hangup)"));
  EXPECT_THAT(event_filters_of(in({"Hangup", "UserEvent"})), ElementsAre("^Event: (Hangup|UserEvent)"));
  EXPECT_THAT(event_filters_of({.all = true}), IsEmpty());
  EXPECT_THAT(event_filters_of(in({})), IsEmpty());
}

TEST(EventMask, ManyNamesBecomeSeveralFiltersThatFitIntoALine) {
  std::vector<std::string> names;
  for (int i = 100; i < 300; ++i) names.push_back("SomeLongNameOfAnEvent" + std::to_string(i));
  const auto filters = event_filters_of(in(names));
  EXPECT_GT(filters.size(), 4U);
  std::size_t found = 0;
  for (const std::string& filter : filters) {
    EXPECT_LT(filter.size(), 1000U);
    for (const std::string& name : names) found += filter.find(name) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(found, names.size());
}

}  // namespace
}  // namespace amibroker::link::native
