// SPDX-License-Identifier: Apache-2.0
//
// How a session logs in, what it asks for, and what it makes of answers.
#include <gmock/gmock.h>

#include <boost/asio/steady_timer.hpp>

#include "tests/unit/link/native/session_fixture.hpp"

namespace amibroker::link::native {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(SessionTest, LogsInByChallenge) {
  connect_and_be_ready();
  EXPECT_THAT(peer.own_names(), ElementsAre("Challenge", "Login"));
  EXPECT_EQ(peer.own[0].id, "s1");
  EXPECT_THAT(peer.own[0].text, HasSubstr("AuthType: MD5\r\n"));
  EXPECT_THAT(peer.own[1].text, HasSubstr("Username: broker\r\n"));
  EXPECT_THAT(peer.own[1].text, HasSubstr("Events: on\r\n"));
  EXPECT_THAT(peer.own[1].text, Not(HasSubstr("s3cret")));
}

TEST_F(SessionTest, TheFirstFilterAndTheMaskComeWithTheLogin) {
  interest = {.all = false, .names = {"DeviceStateChange", "UserEvent"}};
  connect_and_be_ready();
  reach("Ping");
  EXPECT_THAT(peer.own_names(), ElementsAre("Challenge", "Login", "Filter"));  // before the Ping
  EXPECT_THAT(peer.own[1].text, HasSubstr("Events: call,user\r\n"));
  EXPECT_THAT(peer.own[2].text, HasSubstr("Filter: ^Event: (DeviceStateChange|UserEvent)\r\n"));
}

TEST_F(SessionTest, WantingMoreLaterAddsFilters) {
  interest = {.all = false, .names = {"DeviceStateChange", "UserEvent"}};
  connect_and_be_ready();
  ASSERT_TRUE(asked_by_itself(3));
  wire->want({.all = false, .names = {"DeviceStateChange", "SomethingNew", "UserEvent"}});
  ASSERT_TRUE(asked_by_itself(5));
  EXPECT_THAT(peer.own[3].text, HasSubstr("EventMask: on\r\n"));
  EXPECT_THAT(peer.own[4].text, HasSubstr("Filter: ^Event: (SomethingNew)\r\n"));
  EXPECT_THAT(peer.own[4].text, HasSubstr("Operation: Add\r\n"));
}

TEST_F(SessionTest, WantingEverythingAfterAFilterNeedsANewSession) {
  interest = {.all = false, .names = {"UserEvent"}};
  connect_and_be_ready();
  wire->want({.all = true});
  EXPECT_EQ(log.count("lost"), 0U);
  ASSERT_TRUE(lost());
  EXPECT_EQ(log.losses[0].kind, Loss::Kind::own_choice);
}

TEST_F(SessionTest, ATracedServerSendsEverythingAndNoSecretIsShown) {
  interest = {.all = false, .names = {"UserEvent"}};
  ServerConfig traced = peer.config();
  traced.trace = true;
  connect(traced);
  ASSERT_TRUE(ready());
  reach("Ping");
  EXPECT_THAT(peer.own[1].text, HasSubstr("Events: on\r\n"));
  EXPECT_THAT(peer.own_names(), Not(Contains("Filter")));
  EXPECT_THAT(log.traffic, Contains(HasSubstr("-> Action: Ping\r\nActionID: 1\r\n")));
  EXPECT_THAT(log.traffic, Contains("-> Action: Login ..."));
  EXPECT_THAT(log.traffic, Contains(HasSubstr("<- Response: Success")));
  EXPECT_THAT(log.traffic, Not(Contains(HasSubstr("Key:"))));
}

TEST_F(SessionTest, AnAccountThatMayNotFilterIsReportedOnceAndUsed) {
  interest = {.all = false, .names = {"UserEvent"}};
  peer.on_own = [&](const AmiPeer::Action& action) {
    if (action.name == "Filter") return peer.fail(action, "Permission denied");
    peer.let_in(action);
  };
  connect_and_be_ready();
  wire->want({.all = false, .names = {"Hangup", "UserEvent"}});
  ASSERT_TRUE(asked_by_itself(5));
  const auto last = reach("Ping");
  peer.succeed(last);
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  ASSERT_EQ(log.notices.size(), 1U);
  EXPECT_THAT(log.notices[0], HasSubstr("may not filter (Permission denied)"));
}

TEST_F(SessionTest, ASecretIsSentReadableOnlyIfThatWasAskedFor) {
  peer.on_own = [&](const AmiPeer::Action& action) {
    if (action.name == "Challenge") return peer.fail(action, "Must specify AuthType");
    peer.let_in(action);
  };
  ServerConfig asked = peer.config();
  auto access = std::make_shared<NativeAccess>(static_cast<const NativeAccess&>(*asked.access));
  access->plain_login = true;
  asked.access = access;
  connect(asked);
  ASSERT_TRUE(ready());
  EXPECT_THAT(peer.own[1].text, HasSubstr("Secret: s3cret\r\n"));
}

// --- Answers --------------------------------------------------------------------------------------------------

TEST_F(SessionTest, AnAnswerIsHandedOnWithItsActionOrWithNone) {
  connect_and_be_ready();
  reach("First"), reach("Second");
  peer.succeed(peer.actions[1], "Message: second\r\n");
  peer.succeed(peer.actions[0], "Message: first\r\n");
  peer.send("Response: Error\r\nMessage: Missing action in request\r\n\r\n");
  peer.send("Response: Error\r\nActionID: 1 OR 1\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 4; }));
  EXPECT_EQ(log.answers[0].id, 2U);
  EXPECT_EQ(log.answers[1].id, 1U);
  EXPECT_FALSE(log.answers[2].id);
  EXPECT_FALSE(log.answers[3].id);
}

TEST_F(SessionTest, AnAnswerToSomethingTheSessionNeverAskedIsDropped) {
  connect_and_be_ready();
  peer.send("Response: Success\r\nActionID: s77\r\n\r\nResponse: Success\r\nActionID: s1\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.bad.size() == 2; }));
  EXPECT_EQ(log.bad[0], "an answer: it answers nothing that was asked");
}

TEST_F(SessionTest, EventsAmongTheItemsOfAListAreEvents) {
  connect_and_be_ready();
  const auto list = reach("DeviceStateList");
  const std::string id = "ActionID: " + list.id + "\r\n";
  peer.succeed(list, "EventList: start\r\n");
  peer.send("Event: DeviceStateChange\r\n" + id + "Device: a\r\n\r\n");
  peer.send("Event: DeviceStateChange\r\nDevice: b\r\n\r\nEvent: UserEvent\r\nActionID: 4711\r\n\r\n");
  peer.send("Event: DeviceStateListComplete\r\nEventList: Complete\r\n" + id + "ListItems: 1\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_EQ(log.answers[0].messages, 3U);
  EXPECT_THAT(log.events, ElementsAre("DeviceStateChange", "UserEvent"));
  EXPECT_GE(log.count("progress"), 2U);
}

TEST_F(SessionTest, AListThatDoesNotEndIsForgottenWithTheNextAnswer) {
  connect_and_be_ready();
  const auto list = reach("DeviceStateList");
  const auto next = reach("Ping");
  const std::string item = "Event: DeviceStateChange\r\nActionID: " + list.id + "\r\nDevice: a\r\n\r\n";
  peer.succeed(list, "EventList: start\r\n");
  peer.send(item);
  peer.succeed(next);
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_EQ(log.answers[0].id, 2U);
  EXPECT_THAT(log.bad, ElementsAre("a list: the next answer came before its end"));
  peer.send(item);  // belongs to nothing any more
  ASSERT_TRUE(run_until([&] { return log.events.size() == 1; }));
  peer.succeed(list, "EventList: start\r\n");  // a list that nobody waits for does not begin
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 2; }));
  EXPECT_EQ(log.answers[1].messages, 1U);
}

TEST_F(SessionTest, AListMayNotBeginTwice) {
  connect_and_be_ready();
  const auto list = reach("DeviceStateList");
  peer.succeed(list, "EventList: start\r\n");
  peer.succeed(list, "EventList: start\r\n");
  peer.send("Event: Done\r\nEventList: Complete\r\nActionID: " + list.id + "\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_EQ(log.answers[0].messages, 2U);
  EXPECT_THAT(log.bad, ElementsAre(HasSubstr("is on its way")));
}

// --- Speed ----------------------------------------------------------------------------------------------------

/// Answers that many actions, each a moment after the one before, as a busy server does. Returns how many reads it
/// takes.
class SessionSpeed : public SessionTest {
 protected:
  std::uint64_t reads_for(std::size_t answers) {
    const auto before = session->reads();
    const std::size_t goal = log.answers.size() + answers;
    std::size_t left = answers;
    boost::asio::steady_timer pace(loop.io());
    std::function<void()> send_one = [&] {
      peer.succeed(peer.actions[next++]);
      if (--left == 0) return;
      pace.expires_after(std::chrono::microseconds(20));
      pace.async_wait([&](const boost::system::error_code&) { send_one(); });
    };
    send_one();
    EXPECT_TRUE(run_until([&] { return log.answers.size() == goal; }));
    return session->reads() - before;
  }
  void ask_for(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ask("Setvar");
    ASSERT_TRUE(run_until([&] { return peer.actions.size() == next + count; }));
  }
  std::size_t next = 0;  // action to be answered
};

TEST_F(SessionSpeed, ManyAnswersThatComeOneByOneAreReadTogether) {
  connect_and_be_ready();
  ask_for(512);
  const auto many = reads_for(256);
  (void)reads_for(256);
  std::uint64_t few = 0;  // the same, but with only as many due as are read at once
  for (int i = 0; i < 32; ++i) {
    ask_for(8);
    few += reads_for(8);
  }
  EXPECT_LT(many, few - few / 4) << many << " reads for 256 answers if many are due, else " << few;
}

TEST_F(SessionSpeed, AServerThatStopsInTheMiddleHoldsNoAnswerBack) {
  connect_and_be_ready();
  ask_for(512);
  (void)reads_for(200);  // 312 are due and do not come
  (void)reads_for(1);
  (void)reads_for(311);
  for (int i = 0; i < 20; ++i) {
    ask_for(1);
    (void)reads_for(1);
  }
}

}  // namespace
}  // namespace amibroker::link::native
