// SPDX-License-Identifier: Apache-2.0
//
// A manager interface that is hostile, broken, or something else.
#include <gmock/gmock.h>

#include "tests/unit/ami/heap.hpp"
#include "tests/unit/link/native/session_fixture.hpp"

namespace amibroker::link::native {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionFaults : public SessionTest {
 protected:
  /// Connects, and expects to be lost before the wire is ready.
  Loss lost_early() {
    connect();
    EXPECT_TRUE(lost());
    EXPECT_EQ(log.count("ready"), 0U);
    return log.losses.empty() ? Loss{} : log.losses.front();
  }
  Loss refused_with(const std::string& message) {
    peer.on_own = [this, message](const AmiPeer::Action& action) {
      if (action.name == "Login") return peer.fail(action, message);
      peer.let_in(action);
    };
    return lost_early();
  }
};

// --- Before the login -----------------------------------------------------------------------------------------

TEST_F(SessionFaults, AWrongSecretIsARefusal) {
  const Loss loss = refused_with("Authentication failed");
  EXPECT_EQ(loss.kind, Loss::Kind::refusal);
  EXPECT_EQ(loss.why, "it refuses the login of 'broker' (Authentication failed)");
  EXPECT_THAT(loss.remedy, HasSubstr("Compare username and secret"));
}

TEST_F(SessionFaults, AnAccountThatIsInUseIsReportedAsSuch) {
  EXPECT_THAT(refused_with("Login Already In Use").remedy, HasSubstr("give the broker an account of its own"));
}

TEST_F(SessionFaults, AServerThatGivesNoChallengeIsNotGivenTheSecret) {
  peer.on_own = [&](const AmiPeer::Action& action) { peer.fail(action, "Must specify AuthType"); };
  const Loss loss = lost_early();
  EXPECT_EQ(loss.kind, Loss::Kind::refusal);
  EXPECT_THAT(loss.why, HasSubstr("it gives no challenge (Must specify AuthType)"));
  EXPECT_THAT(loss.remedy, HasSubstr("plain_login = yes"));
  EXPECT_THAT(peer.own_names(), ElementsAre("Challenge"));
}

TEST_F(SessionFaults, AnotherServiceIsNamedByWhatItSays) {
  peer.banner = "SSH-2.0-OpenSSH_9.2p1\r\n";
  const Loss loss = lost_early();
  EXPECT_EQ(loss.kind, Loss::Kind::connection);
  EXPECT_THAT(loss.why, HasSubstr("no manager interface: it says 'SSH-2.0-OpenSSH_9.2p1'"));
  EXPECT_THAT(peer.own, IsEmpty());
}

TEST_F(SessionFaults, ABannerWithoutEndIsNoManagerInterface) {
  peer.banner = std::string(100'000, 'x');
  EXPECT_THAT(lost_early().why, HasSubstr("no manager interface"));
}

TEST_F(SessionFaults, AServerThatClosesAtOnceIsALostConnection) {
  peer.banner = "";
  connect();
  ASSERT_TRUE(run_until([&] { return peer.sessions == 1; }));
  peer.hang_up();
  ASSERT_TRUE(lost());
  EXPECT_EQ(log.losses[0].kind, Loss::Kind::connection);
  EXPECT_EQ(log.losses[0].why, "it closed the connection");
  EXPECT_EQ(log.count("connected"), 1U);
}

TEST_F(SessionFaults, APortWithoutAListenerNeverConnects) {
  ServerConfig nobody = peer.config();
  auto access = std::make_shared<NativeAccess>(static_cast<const NativeAccess&>(*nobody.access));
  {
    const AmiPeer gone(loop);
    access->port = gone.port();
  }
  nobody.access = access;
  connect(nobody);
  ASSERT_TRUE(lost());
  EXPECT_THAT(log.losses[0].why, HasSubstr("it cannot be reached (Connection refused)"));
  EXPECT_EQ(log.count("connected"), 0U);
}

TEST_F(SessionFaults, AnInvalidAddressIsReportedAtOnce) {
  EXPECT_THROW(connect(peer.config(), "pbx.example.org"), std::runtime_error);
  EXPECT_THAT(log.calls, IsEmpty());
}

TEST_F(SessionFaults, EventsAndAnswersBeforeTheLoginReachNobody) {
  peer.on_own = [&](const AmiPeer::Action& action) {
    if (action.name == "Challenge")
      peer.send("Event: DeviceStateChange\r\nDevice: a\r\n\r\nResponse: Success\r\nActionID: 1\r\n\r\n");
    peer.let_in(action);
  };
  connect_and_be_ready();
  EXPECT_THAT(log.events, IsEmpty());
  EXPECT_THAT(log.answers, IsEmpty());
  EXPECT_THAT(log.bad, ElementsAre("an event: it came before the login", "an answer: it came before the login"));
}

TEST_F(SessionFaults, ALoginReplyThatNobodyAskedForLogsNobodyIn) {
  peer.on_own = [&](const AmiPeer::Action& action) {
    if (action.name == "Challenge") peer.send("Response: Success\r\nActionID: s2\r\n\r\n");
  };
  connect();
  ASSERT_TRUE(run_until([&] { return log.bad.size() == 1; }));
  EXPECT_EQ(log.count("ready"), 0U);
}

// --- After the login ------------------------------------------------------------------------------------------

TEST_F(SessionFaults, AResetInTheMiddleOfAnEventLosesThatEventAlone) {
  connect_and_be_ready();
  peer.send("Event: Hangup\r\nChannel: a\r\n\r\nEvent: Newchannel\r\nChan");
  ASSERT_TRUE(run_until([&] { return log.events.size() == 1; }));
  peer.reset();
  ASSERT_TRUE(lost());
  EXPECT_THAT(log.losses[0].why, HasSubstr("the connection broke"));
  EXPECT_THAT(log.events, ElementsAre("Hangup"));
}

TEST_F(SessionFaults, KeepsOnlySoMuchForAServerThatReadsNothing) {
  connect_and_be_ready();
  Action large("Setvar");
  for (int i = 0; i < 100; ++i) large.add("Value", std::string(1000, 'x'));
  const EncodedPtr action = transport.encode(large, 1);
  std::size_t taken = 0;
  while (taken < 2 * max_output_bytes && wire->send(*action)) taken += action->bytes().size();
  EXPECT_LE(taken, max_output_bytes);
  EXPECT_GT(taken, max_output_bytes / 2);
  EXPECT_EQ(log.count("lost"), 0U) << "from inside send";
  ASSERT_TRUE(lost());
  EXPECT_EQ(log.losses[0].why, "it takes nothing any more: 16 MiB wait for it");
}

struct Bad {
  const char* name;
  std::string text;
};
class SessionBadInput : public SessionFaults, public ::testing::WithParamInterface<Bad> {};

TEST_P(SessionBadInput, IsDroppedAlone) {
  connect_and_be_ready();
  peer.send(GetParam().text + "Event: Hangup\r\nCause: 16\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.events.size() == 1; }));
  EXPECT_THAT(log.events, ElementsAre("Hangup"));
  EXPECT_EQ(log.bad.size(), 1U);
  EXPECT_EQ(log.count("lost"), 0U);
}

std::string headers(const std::string& first, int count) {
  std::string text = first + "\r\n";
  for (int i = 0; i < count; ++i) text += "Header" + std::to_string(i) + ": x\r\n";
  return text + "\r\n";
}
std::string lines_of(std::size_t bytes) {
  std::string lines;
  while (lines.size() < bytes) lines += "Value: " + std::string(1000, 'x') + "\r\n";
  return lines;
}

INSTANTIATE_TEST_SUITE_P(
    Messages, SessionBadInput,
    ::testing::Values(Bad{"ten_mebibytes", "Event: Newexten\r\nValue: " + std::string(10 << 20, 'x') + "\r\n\r\n"},
                      Bad{"ten_mebibytes_in_lines", "Event: Newexten\r\n" + lines_of(10 << 20) + "\r\n"},
                      Bad{"ten_thousand_headers", headers("Event: Newexten", 10'000)},
                      Bad{"too_large_an_answer", "Response: Success\r\nActionID: 1\r\n" + lines_of(17 << 20) + "\r\n"},
                      Bad{"too_many_headers_in_an_answer", headers("Response: Success\r\nActionID: 1", 200'001)},
                      Bad{"an_event_without_a_name", "Event: \r\nChannel: a\r\n\r\n"}),
    [](const auto& info) { return info.param.name; });

TEST_F(SessionFaults, AnAnswerThatIsDroppedKeepsNothingAndTheNextComes) {
  connect_and_be_ready();
  const auto first = reach("Command");
  const auto second = reach("Ping");
  peer.send("Response: Success\r\nActionID: " + first.id + "\r\n" + lines_of(17 << 20) + "\r\n");
  peer.succeed(second);
  ASSERT_TRUE(run_until([&] { return log.answers.size() == 1; }));
  EXPECT_EQ(log.answers[0].id, 2U);
  EXPECT_EQ(log.bad.size(), 1U);
}

TEST_F(SessionFaults, AListWithoutEndIsGivenUpOnceAndItsMemoryGivenBack) {
  connect_and_be_ready();
  const auto list = reach("DeviceStateList");
  const std::string id = "ActionID: " + list.id + "\r\n";
  peer.succeed(list, "EventList: start\r\n");
  std::string items;
  constexpr std::size_t at_once = 10'000;
  for (std::size_t i = 0; i < at_once; ++i)
    items += "Event: DeviceStateChange\r\n" + id + "Device: a\r\nState: b\r\n\r\n";
  const std::size_t before = heap_in_use();
  std::size_t sent = 0;
  const auto one_more = loop.every(std::chrono::milliseconds(1), [&] {
    if (log.calls.size() < sent || !log.bad.empty()) return;
    peer.send(items);
    sent += at_once;
  });
  ASSERT_TRUE(run_until([&] { return !log.bad.empty(); }));
  EXPECT_THAT(log.bad, ElementsAre("a list: it has more than 250000 items"));
  loop.cancel(one_more);
  peer.send("Event: DeviceStateListComplete\r\nEventList: Complete\r\n" + id + "\r\nEvent: Hangup\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return log.events.size() == 1; }));
  EXPECT_THAT(log.events, ElementsAre("Hangup"));
  EXPECT_THAT(log.answers, IsEmpty());
  EXPECT_EQ(log.bad.size(), 1U);
  EXPECT_EQ(log.count("lost"), 0U);
  EXPECT_LT(heap_in_use(), before + (std::size_t{20} << 20));  // the log of this test; the list had 30 MiB more
}

}  // namespace
}  // namespace amibroker::link::native
