// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/event_filter.hpp"

#include <gmock/gmock.h>

namespace amibroker::link::zeromq {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using Topics = std::vector<std::string>;

class EventFilterTest : public ::testing::Test {
 protected:
  EventFilterTest() {
    filter.set_interest({.names = {"DeviceStateChange", "LoadZmq"}});
    filter.restart();
  }
  bool see(const std::string& json) { return filter.see(json, ami::peek_event_name(json)); }
  /// An event of our module.
  bool numbered(const std::string& name, std::uint64_t all, std::uint64_t of_name, std::uint64_t previous) {
    return see(R"({"Event":")" + name + R"(","ZmqNamePrevious":")" + std::to_string(previous) +
               R"(","ZmqNameSequence":")" + std::to_string(of_name) + R"(","ZmqSequence":")" + std::to_string(all) +
               "\"}");
  }
  /// An event of an older build of it.
  bool numbered_in_all(const std::string& name, std::uint64_t all) {
    return see(R"({"Event":")" + name + R"(","ZmqSequence":")" + std::to_string(all) + "\"}");
  }

  const Topics wanted{R"({"Event": "LoadZmq")", R"({"Event":"DeviceStateChange")", R"({"Event":"LoadZmq")"};
  const Topics everything{""};
  EventFilter filter{false};
};

TEST_F(EventFilterTest, AsksForAllUntilAnEventShowsThatItsNameComesFirst) {
  EXPECT_EQ(filter.take_topics(), std::nullopt);
  for (const char* json : {"", "not json", R"({"Privilege":"call","Event":"A"})", R"({"Event": "A","X":"y"})",
                           R"( {"Event":"A"})", R"({"event":"A"})"}) {
    EXPECT_FALSE(see(json)) << json;
    EXPECT_EQ(filter.take_topics(), std::nullopt) << json;
  }
  EXPECT_TRUE(numbered("VarSet", 7, 3, 6));
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_FALSE(numbered("DeviceStateChange", 9, 1, 0));
  EXPECT_EQ(filter.take_topics(), std::nullopt);
}

TEST_F(EventFilterTest, TheOriginalModuleIsAskedForWhatIsWanted) {
  EXPECT_TRUE(see(R"({"Event":"VarSet"})"));
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_FALSE(filter.held_by_old_module());
}

TEST_F(EventFilterTest, AModuleThatDoesNotNumberNamesIsAskedForAllAndItsNumbersCount) {
  numbered_in_all("VarSet", 1);
  EXPECT_TRUE(filter.held_by_old_module());
  EXPECT_EQ(filter.take_topics(), std::nullopt);
  EXPECT_TRUE(numbered_in_all("VarSet", 4));
  EXPECT_EQ(filter.take_loss(), 2U);
  filter.set_interest({.all = true});
  EXPECT_FALSE(filter.held_by_old_module()) << "all are wanted";
}

TEST_F(EventFilterTest, TheModulesOverflowEventSaysNothingAboutItsNumbers) {
  EXPECT_FALSE(numbered_in_all("ZmqOverflow", 5));
  EXPECT_FALSE(filter.held_by_old_module());
  EXPECT_TRUE(numbered("VarSet", 6, 3, 2));
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
}

TEST_F(EventFilterTest, AServerThatShowsLaterThatItNumbersEventsIsAskedForAllAgain) {
  EXPECT_TRUE(see(R"({"Event":"VarSet"})"));
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_TRUE(numbered_in_all("DeviceStateChange", 5));
  EXPECT_THAT(filter.take_topics(), Optional(everything));
}

TEST_F(EventFilterTest, HolesInTheOverallNumbersAreNoLossOnceOnlySomeEventsAreAskedFor) {
  numbered("VarSet", 10, 3, 6);
  EXPECT_TRUE(numbered("DeviceStateChange", 12, 5, 4)) << "before that they are";
  EXPECT_EQ(filter.take_loss(), 1U);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_FALSE(numbered("DeviceStateChange", 50, 6, 12));
  EXPECT_TRUE(numbered("DeviceStateChange", 90, 9, 88));
  EXPECT_EQ(filter.take_loss(), 2U);
}

TEST_F(EventFilterTest, ALossAtTheChangeIsFoundForNamesThatWereSeenAndThatWereNot) {
  for (const bool seen : {true, false}) {
    filter.restart();
    numbered("VarSet", 10, 3, 6);
    if (seen) numbered("DeviceStateChange", 11, 5, 4);
    EXPECT_THAT(filter.take_topics(), Optional(wanted));
    EXPECT_TRUE(numbered("DeviceStateChange", 13, 7, 12)) << "12 was lost";
    EXPECT_EQ(filter.take_loss(), 1U);
  }
  filter.restart();
  numbered("VarSet", 10, 3, 6);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_FALSE(numbered("DeviceStateChange", 13, 7, 4)) << "the one before it is older than the connection";
}

TEST_F(EventFilterTest, AtTheChangeItIsKnownHowManyEventsOfANameAreMissing) {
  numbered("DeviceStateChange", 10, 3, 6);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_TRUE(numbered("DeviceStateChange", 50, 7, 49));
  EXPECT_EQ(filter.take_loss(), 3U);
}

TEST_F(EventFilterTest, ALossAmongAllEventsIsNotCountedAgainByName) {
  numbered("DeviceStateChange", 10, 3, 6);
  EXPECT_TRUE(numbered("VarSet", 13, 2, 9)) << "11 and 12, one or both of which may be of the same name";
  EXPECT_EQ(filter.take_loss(), 2U);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_FALSE(numbered("DeviceStateChange", 14, 6, 12));
  EXPECT_EQ(filter.take_loss(), std::nullopt);
}

TEST_F(EventFilterTest, TraceAlwaysAsksForAll) {
  EventFilter traced(true);
  traced.set_interest({.names = {"A"}});
  traced.restart();
  static_cast<void>(traced.see(R"({"Event":"A"})", "A"));
  EXPECT_EQ(traced.take_topics(), std::nullopt);
  EXPECT_FALSE(traced.held_by_old_module());
}

TEST_F(EventFilterTest, TopicsFollowTheInterest) {
  numbered("VarSet", 10, 3, 6);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  filter.set_interest({.names = {"A", "DeviceStateChange"}});
  EXPECT_THAT(filter.take_topics(), Optional(ElementsAre(R"({"Event":"A")", R"({"Event":"DeviceStateChange")")));
  EXPECT_FALSE(numbered("A", 20, 5, 19)) << "it was not asked for before";
  EXPECT_TRUE(numbered("DeviceStateChange", 21, 5, 11)) << "one that was asked for all the time";
  filter.set_interest({});
  EXPECT_THAT(filter.take_topics(), Optional(IsEmpty()));
}

TEST_F(EventFilterTest, TheOverallNumbersCountAgainOnceTheServerShowsThatItSendsAll) {
  numbered("VarSet", 10, 3, 6);
  numbered("DeviceStateChange", 11, 1, 0);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  filter.set_interest({.all = true});
  EXPECT_THAT(filter.take_topics(), Optional(everything));
  EXPECT_FALSE(numbered("DeviceStateChange", 20, 2, 11)) << "the server has not been told yet";
  EXPECT_FALSE(numbered("DeviceStateChange", 30, 3, 20));
  EXPECT_TRUE(numbered("DeviceStateChange", 35, 5, 33));
  EXPECT_EQ(filter.take_loss(), 1U);
  EXPECT_FALSE(numbered("VarSet", 40, 9, 39)) << "the first of the others";
  EXPECT_FALSE(numbered("VarSet", 41, 10, 40));
  EXPECT_TRUE(numbered("VarSet", 44, 11, 41));
  EXPECT_EQ(filter.take_loss(), 2U);
}

TEST_F(EventFilterTest, ANewConnectionBeginsWithAllAndKeepsALossThatWasNotTaken) {
  numbered("VarSet", 10, 3, 6);
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  numbered("DeviceStateChange", 12, 5, 11);
  filter.restart();
  EXPECT_EQ(filter.take_topics(), std::nullopt);
  EXPECT_EQ(filter.take_loss(), 1U);
  EXPECT_TRUE(numbered("VarSet", 900, 400, 899));
  EXPECT_THAT(filter.take_topics(), Optional(wanted));
  EXPECT_EQ(filter.take_loss(), std::nullopt);
}

}  // namespace
}  // namespace amibroker::link::zeromq
