// SPDX-License-Identifier: Apache-2.0
//
// A manager interface that is hostile, broken, or not one.
#include <gmock/gmock.h>

#include <thread>

#include "tests/unit/link/ami_link_fixture.hpp"
#include "tests/unit/link/log_capture.hpp"

namespace amibroker::link::native {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AmiLinkFaults : public AmiLinkTest {
 protected:
  static constexpr LinkTimings quick{.tick = milliseconds(5),
                                     .attempt = milliseconds(100),
                                     .ping_period = milliseconds(20),
                                     .ping_timeout = milliseconds(100),
                                     .first_retry = milliseconds(1),
                                     .last_retry = milliseconds(5)};
  [[nodiscard]] bool tries_again() {
    return run_until([&, before = peer.sessions] { return peer.sessions > before + 1; });
  }
  LogCapture log;
};

TEST_F(AmiLinkFaults, AWrongSecretIsAnErrorAndTriedAgainMuchLater) {
  peer.on_action = [&](const AmiPeer::Action& action) {
    if (action.name == "Login") return peer.fail(action, "Authentication failed");
    peer.answer(action);
  };
  LinkTimings timings = quick;
  timings.first_login_retry = timings.last_login_retry = milliseconds(400);
  start(timings);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(run_until([&] { return peer.sessions == 3; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin,
            2 * milliseconds(400) / 2);  // a wait is shortened by half at most
  EXPECT_EQ(recorder.ups, 0);
  EXPECT_EQ(log.count("error server 'Console 1' [server-1] cannot be used: it refuses the login of 'broker' "
                      "(Authentication failed)"),
            1U)
      << log.text();
}

TEST_F(AmiLinkFaults, AnAccountThatIsInUseIsNamedSo) {
  peer.on_action = [&](const AmiPeer::Action& action) {
    if (action.name == "Login") return peer.fail(action, "Login Already In Use");
    peer.answer(action);
  };
  LinkTimings timings = quick;
  timings.first_login_retry = timings.last_login_retry = milliseconds(20);
  start(timings);
  ASSERT_TRUE(run_until([&] { return peer.sessions == 2; }));
  peer.on_action = [&](const AmiPeer::Action& action) { peer.answer(action); };
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_EQ(log.count("give the broker an account of its own"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, AServerThatGivesNoChallengeIsNotGivenTheSecret) {
  peer.on_action = [&](const AmiPeer::Action& action) { peer.fail(action, "Must specify AuthType"); };
  start(quick);
  ASSERT_TRUE(run_until([&] { return log.count("it gives no challenge") == 1; }));
  EXPECT_THAT(peer.names(), ElementsAre("Challenge"));
}

TEST_F(AmiLinkFaults, AnotherServiceIsNamedByWhatItSays) {
  peer.banner = "SSH-2.0-OpenSSH_9.2p1\r\n";
  start(quick);
  ASSERT_TRUE(tries_again());
  EXPECT_EQ(log.count("it says 'SSH-2.0-OpenSSH_9.2p1'"), 1U) << log.text();
  EXPECT_TRUE(peer.actions.empty());
}

TEST_F(AmiLinkFaults, ABannerWithoutEndIsNoManagerInterface) {
  peer.banner = std::string(100'000, 'x');
  start(quick);
  ASSERT_TRUE(tries_again());
  EXPECT_EQ(log.count("no manager interface"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, AServerThatAcceptsAndSaysNothingIsTriedAgain) {
  peer.banner.clear();
  start(quick);
  ASSERT_TRUE(tries_again());
  EXPECT_EQ(log.count("it said nothing in time"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, AServerThatClosesAtOnceAsAFullAuthlimitDoesIsTriedAgainSoon) {
  peer.banner = "";
  start(quick);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(run_until([&] { return peer.sessions == i; }));
    peer.hang_up();
  }
  peer.banner = "Asterisk Call Manager/5.0.4\r\n";
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_EQ(log.count("it closed the connection"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, EventsBeforeTheLoginReachNobody) {
  peer.on_action = [&](const AmiPeer::Action& action) {
    if (action.name == "Challenge") peer.send("Event: DeviceStateChange\r\nDevice: a\r\nState: INUSE\r\n\r\n");
    peer.answer(action);
  };
  start(quick);
  ASSERT_TRUE(run_until([&] { return link->up(); }));
  EXPECT_TRUE(recorder.names.empty());
  EXPECT_EQ(link->counters().bad_frames, 1U);
  EXPECT_EQ(log.count("it came before the login"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, CertificatesThatCannotBeReadAreAnErrorOfItsOwn) {
  ServerConfig wrong = config();
  wrong.ami.tls = TlsAccess{.verify = true, .ca_file = "/dev/null"};
  start(wrong, quick);
  ASSERT_TRUE(run_until([&] { return log.count("error server 'Console 1' [server-1] cannot be used") == 1; }));
  EXPECT_EQ(log.count("ca_file = /dev/null cannot be read"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, ALoginWithoutAnswerIsTriedAgain) {
  peer.on_action = [](const AmiPeer::Action&) {};
  start(quick);
  ASSERT_TRUE(tries_again());
  EXPECT_EQ(log.count("it did not answer the login in time"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, ANobodyBehindTheAddressIsTriedForEver) {
  ServerConfig nobody = config();
  nobody.addr = "no-such-host.invalid";
  start(nobody, quick);
  int ticks = 0;
  ASSERT_TRUE(run_until([&] { return ++ticks > 100 && log.count("is down") == 1; }));
  EXPECT_EQ(recorder.ups, 0);
}

TEST_F(AmiLinkFaults, AHalfOpenConnectionIsFoundByItsPing) {
  start_and_come_up(quick);
  peer.on_action = [](const AmiPeer::Action&) {};
  ask();
  ASSERT_TRUE(run_until([&] { return recorder.downs == 1; }));
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  EXPECT_EQ(log.count("it does not answer any more"), 1U) << log.text();
}

TEST_F(AmiLinkFaults, AServerThatIsBusyWithEventsIsNotTakenForDead) {
  start_and_come_up(quick);
  peer.on_action = [](const AmiPeer::Action&) {};  // no Ping is answered
  const auto noise = loop.every(milliseconds(10), [&] { peer.send("Event: Hangup\r\n\r\n"); });
  ASSERT_TRUE(run_until([&] { return recorder.names.size() > 40; }));  // four times the time limit of a Ping
  EXPECT_EQ(recorder.downs, 0);
  loop.cancel(noise);
}

TEST_F(AmiLinkFaults, AResetInTheMiddleOfAnEventLosesThatEventAlone) {
  start_and_come_up(quick);
  peer.send("Event: Hangup\r\nChannel: a\r\n\r\nEvent: Newchannel\r\nChan");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 1; }));
  peer.reset();
  ASSERT_TRUE(run_until([&] { return recorder.ups == 2; }));
  peer.send("Event: Newstate\r\nChannel: b\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return recorder.names.size() == 2; }));
  EXPECT_THAT(recorder.names, ElementsAre("Hangup", "Newstate"));
  EXPECT_EQ(recorder.downs, 1);
}

struct Bad {
  const char* name;
  std::string text;
};
class AmiLinkBadInput : public AmiLinkFaults, public ::testing::WithParamInterface<Bad> {};

TEST_P(AmiLinkBadInput, IsDroppedAloneAndCounted) {
  LinkTimings timings = quick;
  timings.ping_timeout = long_time;
  start_and_come_up(timings);
  // From a thread of its own: it is more than the kernel takes at once, and the link reads on this one.
  std::thread writer([&] { peer.send(GetParam().text + "Event: Hangup\r\nCause: 16\r\n\r\n"); });
  const bool came = run_until([&] { return recorder.names.size() == 1; });
  writer.join();
  ASSERT_TRUE(came);
  EXPECT_THAT(recorder.names, ElementsAre("Hangup"));
  EXPECT_EQ(recorder.unreadable, 0);
  EXPECT_EQ(recorder.downs, 0);
  EXPECT_EQ(link->counters().bad_frames + link->counters().stray_replies, 1U);
  EXPECT_EQ(log.count("that was dropped"), 1U) << log.text();
}

std::string headers(int count) {
  std::string text = "Event: Newexten\r\n";
  for (int i = 0; i < count; ++i) text += "Header" + std::to_string(i) + ": x\r\n";
  return text + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Messages, AmiLinkBadInput,
    ::testing::Values(Bad{"ten_mebibytes", "Event: Newexten\r\nValue: " + std::string(10 << 20, 'x') + "\r\n\r\n"},
                      Bad{"ten_mebibytes_in_lines", "Event: Newexten\r\n" +
                                                        [] {
                                                          std::string lines;
                                                          while (lines.size() < (10U << 20U))
                                                            lines += "Value: " + std::string(1000, 'x') + "\r\n";
                                                          return lines;
                                                        }() +
                                                        "\r\n"},
                      Bad{"ten_thousand_headers", headers(10'000)},
                      Bad{"a_reply_to_nothing", "Response: Success\r\nActionID: 999999\r\n\r\n"},
                      Bad{"a_reply_without_a_number", "Response: Success\r\nActionID: 1 OR 1\r\n\r\n"},
                      Bad{"a_reply_without_an_action", "Response: Error\r\nMessage: Missing action in request\r\n\r\n"},
                      Bad{"an_event_without_a_name", "Event: \r\nChannel: a\r\n\r\n"},
                      Bad{"nonsense", "\x01\x02 what is this\r\n\r\n"}),
    [](const auto& info) { return info.param.name; });

TEST_F(AmiLinkFaults, AListWithoutEndIsGivenUpAndTheLinkGoesOn) {
  LinkTimings timings = quick;
  timings.ping_timeout = long_time;
  start_and_come_up(timings);
  peer.on_action = [](const AmiPeer::Action&) {};
  ask("DeviceStateList");
  ASSERT_TRUE(run_until([&] { return !peer.actions.empty() && peer.actions.back().name == "DeviceStateList"; }));
  const AmiPeer::Action list = peer.actions.back();
  const std::string id = "ActionID: " + list.id + "\r\n";
  std::thread writer([&] {
    peer.succeed(list, "EventList: start\r\n");
    std::string item = "Event: DeviceStateChange\r\n" + id;
    for (int i = 0; i < 200; ++i) item += "Header: " + std::string(1000, 'x') + "\r\n";
    item += "\r\n";
    for (std::size_t sent = 0; sent < AmiLink::largest_lists_bytes + (1 << 20); sent += item.size()) peer.send(item);
    peer.send("Event: DeviceStateListComplete\r\nEventList: Complete\r\n" + id + "\r\nEvent: Hangup\r\n\r\n");
  });
  const bool came = run_until([&] { return recorder.names.size() == 1; });
  writer.join();
  ASSERT_TRUE(came);
  ASSERT_EQ(recorder.answers.size(), 1U);
  EXPECT_EQ(recorder.answers[0].outcome, Outcome::unknown);
  EXPECT_THAT(recorder.answers[0].text, HasSubstr("too long"));
  EXPECT_EQ(recorder.downs, 0);
}

TEST_F(AmiLinkFaults, ALinkThatIsDestroyedAtAnyTimeIsNeverCalledAgain) {
  for (int sessions = 1; sessions < 8; ++sessions) {
    start(quick);
    int left = sessions;
    ASSERT_TRUE(run_until([&] { return --left <= 0; }));
    link.reset();
  }
  bool ran = false;
  loop.post([&] { ran = true; });
  EXPECT_TRUE(run_until([&] { return ran; }));
}

}  // namespace
}  // namespace amibroker::link::native
