// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/streams.hpp"

#include <gtest/gtest.h>

namespace amibroker::bus {
namespace {

std::shared_ptr<const Wanted> wanting(Wanted::Names subscriptions) {
  auto wanted = std::make_shared<Wanted>();
  wanted->subscriptions = std::move(subscriptions);
  return wanted;
}

TEST(Streams, AtFirstNothingIsWanted) {
  Streams streams;
  EXPECT_EQ(streams.wanted(0, "pbx1", "Hangup"), nullptr);
}

TEST(Streams, EachTopicCountsByItself) {
  Streams streams;
  streams.set_wanted(wanting({"event/"}));
  Stream* const hangup = streams.wanted(0, "pbx1", "Hangup");
  ASSERT_NE(hangup, nullptr);
  EXPECT_EQ(hangup->topic, "event/pbx1/Hangup");
  hangup->number = 7;
  EXPECT_EQ(streams.wanted(0, "pbx1", "Hangup")->number, 7U);
  EXPECT_EQ(streams.wanted(0, "pbx1", "Newchannel")->number, 0U);
  EXPECT_EQ(streams.wanted(1, "pbx2", "Hangup")->number, 0U);
}

TEST(Streams, FollowWhatIsWantedAndGoOnWithTheirNumbers) {
  Streams streams;
  streams.set_wanted(wanting({"event/pbx1/Hangup"}));
  streams.wanted(0, "pbx1", "Hangup")->number = 3;
  EXPECT_EQ(streams.wanted(1, "pbx2", "Hangup"), nullptr);
  streams.set_wanted(wanting({}));
  EXPECT_EQ(streams.wanted(0, "pbx1", "Hangup"), nullptr);
  streams.set_wanted(wanting({"event/"}));
  ASSERT_NE(streams.wanted(0, "pbx1", "Hangup"), nullptr);
  EXPECT_EQ(streams.wanted(0, "pbx1", "Hangup")->number, 3U);
  EXPECT_NE(streams.wanted(1, "pbx2", "Hangup"), nullptr);
}

TEST(Streams, AServerThatMakesUpNamesTakesNothingFromTheOthers) {
  Streams streams;
  streams.set_wanted(wanting({"event/"}));
  for (std::size_t i = 0; i < Streams::most_names; ++i)
    ASSERT_NE(streams.wanted(0, "pbx1", "E" + std::to_string(i)), nullptr);
  EXPECT_EQ(streams.wanted(0, "pbx1", "More"), nullptr);
  EXPECT_TRUE(streams.is_full(0));
  EXPECT_NE(streams.wanted(0, "pbx1", "E1"), nullptr);
  EXPECT_NE(streams.wanted(1, "pbx2", "More"), nullptr);
  EXPECT_FALSE(streams.is_full(1));
}

TEST(Streams, ForgetWhatAServerThatIsGoneHad) {
  Streams streams;
  streams.set_wanted(wanting({"event/"}));
  streams.wanted(0, "pbx1", "Hangup")->number = 3;
  streams.forget(0);
  streams.forget(99);
  EXPECT_EQ(streams.wanted(0, "pbx1", "Hangup")->number, 0U);
}

}  // namespace
}  // namespace amibroker::bus
