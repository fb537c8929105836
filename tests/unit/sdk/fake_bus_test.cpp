// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/fake_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace amibroker::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

class FakeBusOfThree : public ::testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  /// What the member hears about the topic from now on, as `SITE:PAYLOAD`.
  Texts& heard_by(FakeBus& member, std::string_view topic = "st") {
    Texts& texts = heard_.emplace_back();
    EXPECT_TRUE(member.subscribe(topic, [&texts](const Bus::Heard& heard) {
      texts.push_back(std::string(heard.site) + ":" + std::string(heard.payload));
    }));
    return texts;
  }
  /// The answers that come to a question, `nothing` for none.
  Texts& ask(FakeBus& asker, std::string_view site, std::string_view topic = "snap",
             milliseconds timeout = milliseconds(500)) {
    Texts& texts = heard_.emplace_back();
    asker.request(site, topic, "what?", timeout,
                  [&texts](std::optional<std::string_view> answer) { texts.emplace_back(answer.value_or("nothing")); });
    return texts;
  }
  static void serve(FakeBus& member, std::string_view answer, std::string_view topic = "snap") {
    EXPECT_TRUE(member.serve(topic, [answer](const Bus::Heard& question) {
      EXPECT_EQ(question.site, "");
      EXPECT_EQ(question.payload, "what?");
      return std::optional(std::string(answer));
    }));
  }
  void pass(milliseconds time = milliseconds(0)) { clock.advance(time); }

  ManualClock clock;
  FakeHub hub{clock};
  FakeBus& berlin = hub.join({.site = "berlin"});
  FakeBus& berlin2 = hub.join({.site = "berlin"});
  FakeBus& munich = hub.join({.site = "munich"});

 private:
  std::deque<Texts> heard_;
};

TEST_F(FakeBusOfThree, AMessageComesToAllOthersThatListenAndNotWithinTheCall) {
  const auto& own = heard_by(berlin);
  const auto& second = heard_by(berlin2);
  const auto& other = heard_by(munich);
  const auto& another_topic = heard_by(munich, "hb");
  EXPECT_TRUE(berlin.publish("st", "1"));
  EXPECT_THAT(other, IsEmpty());
  pass();
  EXPECT_THAT(own, IsEmpty());
  EXPECT_THAT(second, ElementsAre("berlin:1"));
  EXPECT_THAT(other, ElementsAre("berlin:1"));
  EXPECT_THAT(another_topic, IsEmpty());
}

TEST_F(FakeBusOfThree, WhatWasSentBeforeSomebodyListenedDoesNotCome) {
  hub.usual.least = hub.way(berlin, munich).least = hub.way(berlin, munich).most = milliseconds(10);
  EXPECT_TRUE(berlin.publish("st", "1"));
  const auto& other = heard_by(munich);
  pass(milliseconds(5));
  EXPECT_TRUE(berlin.publish("st", "2"));
  pass(milliseconds(5));
  EXPECT_TRUE(berlin.publish("st", "3"));
  pass(milliseconds(100));
  EXPECT_THAT(other, ElementsAre("berlin:3"));
}

TEST_F(FakeBusOfThree, NothingComesAboutATopicThatIsNotListenedToAnyMore) {
  const auto& other = heard_by(munich);
  EXPECT_TRUE(berlin.publish("st", "1"));
  munich.unsubscribe("st");
  pass();
  EXPECT_THAT(other, IsEmpty());
}

TEST_F(FakeBusOfThree, AMemberMayCeaseToListenWhileItHears) {
  int times = 0;
  EXPECT_TRUE(munich.subscribe("st", [&](const Bus::Heard&) {
    munich.unsubscribe("st");
    ++times;
  }));
  EXPECT_TRUE(berlin.publish("st", "1"));
  EXPECT_TRUE(berlin.publish("st", "2"));
  pass();
  EXPECT_EQ(times, 1);
}

TEST_F(FakeBusOfThree, MessagesOfOneMemberAboutOneTopicStayInOrderAndOthersDoNot) {
  hub.way(berlin, munich).most = hub.way(berlin2, munich).most = milliseconds(1000);
  Texts all;
  EXPECT_TRUE(munich.subscribe("st", [&](const Bus::Heard& heard) { all.emplace_back(heard.payload); }));
  for (int i = 10; i < 30; ++i) {
    EXPECT_TRUE(berlin.publish("st", std::to_string(i)));
    EXPECT_TRUE(berlin2.publish("st", "x"));
    pass(milliseconds(10));
  }
  pass(milliseconds(2000));
  Texts numbered = all;
  std::erase(numbered, "x");
  EXPECT_THAT(numbered, SizeIs(20));
  EXPECT_TRUE(std::is_sorted(numbered.begin(), numbered.end()));
  int changes_of_sender = 0;
  for (std::size_t i = 1; i < all.size(); ++i) changes_of_sender += (all[i] == "x") != (all[i - 1] == "x");
  EXPECT_LT(changes_of_sender, 39);  // else each came in the order of all
}

TEST_F(FakeBusOfThree, SomeMessagesAreLate) {
  FakeWay& way = hub.way(berlin, munich);
  way.late = 0.5;
  way.latest = milliseconds(5000);
  const auto& other = heard_by(munich);
  EXPECT_TRUE(munich.subscribe("hb", [](const Bus::Heard&) {}));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(berlin.publish("st", "1"));
  pass(milliseconds(1));
  EXPECT_THAT(other, SizeIs(Lt(20U)));
  pass(milliseconds(5000));
  EXPECT_THAT(other, SizeIs(20));
}

TEST_F(FakeBusOfThree, MessagesAreLostAndDoubledAsTheWaySays) {
  hub.way(berlin, munich).lost = 0.5;
  hub.way(berlin, berlin2).twice = 0.5;
  const auto& other = heard_by(munich);
  const auto& second = heard_by(berlin2);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(berlin.publish("st", "1"));
  pass();
  EXPECT_GT(other.size(), 20U);
  EXPECT_LT(other.size(), 80U);
  EXPECT_GT(second.size(), 120U);
  EXPECT_LT(second.size(), 180U);
}

TEST_F(FakeBusOfThree, ACutHoldsInOneDirectionAndTakesWhatIsUnderWay) {
  const auto& there = heard_by(munich);
  const auto& back = heard_by(berlin);
  EXPECT_TRUE(berlin.publish("st", "1"));
  hub.way(berlin, munich).cut = true;
  EXPECT_TRUE(munich.publish("st", "2"));
  pass();
  EXPECT_THAT(there, IsEmpty());
  EXPECT_THAT(back, ElementsAre("munich:2"));
  hub.cut(berlin, munich, false);
  EXPECT_TRUE(berlin.publish("st", "3"));
  pass();
  EXPECT_THAT(there, ElementsAre("berlin:3"));
}

TEST_F(FakeBusOfThree, WithoutTheEngineNothingIsSentAndAllAreTold) {
  Texts changes;
  for (FakeBus* member : {&berlin, &munich})
    member->on_change([&changes, member](bool up) {
      EXPECT_EQ(member->is_up(), up);
      changes.push_back(std::string(member->site()) + (up ? " up" : " down"));
    });
  const auto& other = heard_by(munich);
  EXPECT_TRUE(berlin.publish("st", "1"));
  hub.set_engine(false);
  hub.set_engine(false);
  EXPECT_FALSE(berlin.is_up());
  EXPECT_FALSE(berlin.publish("st", "2"));
  hub.set_engine(true);
  pass();
  EXPECT_TRUE(berlin.publish("st", "3"));
  pass();
  EXPECT_THAT(changes, ElementsAre("berlin down", "munich down", "berlin up", "munich up"));
  EXPECT_THAT(other, ElementsAre("berlin:3"));
}

TEST_F(FakeBusOfThree, OneMemberAloneMayLoseItsConnection) {
  const auto& other = heard_by(munich);
  const auto& second = heard_by(berlin2);
  EXPECT_TRUE(berlin.publish("st", "1"));
  munich.set_connected(false);
  EXPECT_TRUE(berlin.publish("st", "2"));
  munich.set_connected(true);
  pass();
  EXPECT_TRUE(munich.is_up());
  EXPECT_THAT(other, IsEmpty());
  EXPECT_THAT(second, ElementsAre("berlin:1", "berlin:2"));
}

TEST_F(FakeBusOfThree, AnOverflowTakesWhatIsUnderWayToThatMemberAndSaysHowMuch) {
  std::vector<std::uint64_t> lost;
  munich.on_overflow([&](std::uint64_t count) { lost.push_back(count); });
  const auto& other = heard_by(munich);
  const auto& second = heard_by(berlin2);
  EXPECT_TRUE(berlin.publish("st", "1"));
  EXPECT_TRUE(berlin.publish("st", "2"));
  munich.overflow();
  EXPECT_THAT(lost, ElementsAre(2));
  pass();
  EXPECT_THAT(other, IsEmpty());
  EXPECT_THAT(second, SizeIs(2));
  EXPECT_TRUE(berlin.publish("st", "3"));
  pass();
  EXPECT_THAT(other, ElementsAre("berlin:3"));
}

TEST_F(FakeBusOfThree, WhatIsNotAllowedIsNotSent) {
  const auto& other = heard_by(munich, "a.b-_Z.0.d");
  const std::string most(Bus::most_payload, 'x');
  EXPECT_TRUE(berlin.publish("a.b-_Z.0.d", most));
  EXPECT_FALSE(berlin.publish("a.b-_Z.0.d", most + "x"));
  for (const std::string topic : {"", ".", "a.", ".a", "a..b", "a.b.c.d.e", "a b", "a.*", ">", "\xc3\xbc"}) {
    EXPECT_FALSE(berlin.publish(topic, "1")) << topic;
    EXPECT_FALSE(berlin.subscribe(topic, [](const Bus::Heard&) {})) << topic;
    EXPECT_FALSE(berlin.serve(topic, [](const Bus::Heard&) { return std::nullopt; })) << topic;
    EXPECT_THAT(ask(berlin, "munich", topic), IsEmpty());
  }
  EXPECT_TRUE(berlin.publish(std::string(40, 'a'), "1"));
  EXPECT_FALSE(berlin.publish(std::string(41, 'a'), "1"));
  EXPECT_FALSE(berlin.subscribe("a", nullptr));
  EXPECT_FALSE(berlin.serve("a", nullptr));
  pass();
  EXPECT_THAT(other, SizeIs(1));
}

TEST_F(FakeBusOfThree, AThousandTopicsMayBeListenedTo) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(berlin.subscribe(std::to_string(i), [](const Bus::Heard&) {}));
  EXPECT_FALSE(berlin.subscribe("one-more", [](const Bus::Heard&) {}));
  EXPECT_TRUE(berlin.subscribe("7", [](const Bus::Heard&) {}));
  berlin.unsubscribe("7");
  EXPECT_TRUE(berlin.subscribe("one-more", [](const Bus::Heard&) {}));
}

TEST_F(FakeBusOfThree, AMemberThatIsFullSendsNothing) {
  munich.is_full = true;
  EXPECT_FALSE(munich.publish("st", "1"));
  const auto& answers = ask(munich, "berlin");
  pass();
  EXPECT_THAT(answers, ElementsAre("nothing"));
}

TEST_F(FakeBusOfThree, TheFirstAnswerOfASiteCounts) {
  serve(berlin, "first");
  serve(berlin2, "second");
  hub.way(berlin, munich).least = milliseconds(10);
  const auto& answers = ask(munich, "berlin");
  EXPECT_THAT(answers, IsEmpty());
  pass(milliseconds(1000));
  EXPECT_THAT(answers, ElementsAre("second"));
}

TEST_F(FakeBusOfThree, AMemberMayAskTheOtherBrokerOfItsOwnSite) {
  serve(berlin, "first");
  serve(berlin2, "second");
  const auto& answers = ask(berlin, "berlin");
  pass();
  EXPECT_THAT(answers, ElementsAre("second"));
}

TEST_F(FakeBusOfThree, OnlyTheSiteThatIsAskedAnswers) {
  serve(berlin, "berlin's");
  serve(munich, "munich's");
  const auto& answers = ask(berlin2, "munich");
  pass();
  EXPECT_THAT(answers, ElementsAre("munich's"));
}

TEST_F(FakeBusOfThree, WithoutAnAnswerAQuestionEndsInTime) {
  EXPECT_TRUE(berlin.serve("snap", [](const Bus::Heard&) { return std::nullopt; }));
  EXPECT_TRUE(berlin2.serve("snap", [](const Bus::Heard&) { return std::string(Bus::most_payload + 1, 'x'); }));
  const auto& silent = ask(munich, "berlin");
  const auto& unknown = ask(munich, "paris", "snap", milliseconds(0));
  pass();
  EXPECT_THAT(unknown, IsEmpty());
  pass(milliseconds(1));
  EXPECT_THAT(unknown, ElementsAre("nothing"));
  pass(milliseconds(498));
  EXPECT_THAT(silent, IsEmpty());
  pass(milliseconds(1));
  EXPECT_THAT(silent, ElementsAre("nothing"));
}

TEST_F(FakeBusOfThree, AnAnswerThatIsLateOrDoubledCountsNoMore) {
  serve(berlin, "first");
  hub.way(munich, berlin).twice = hub.way(berlin, munich).twice = 1;
  const auto& doubled = ask(munich, "berlin");
  pass(milliseconds(1000));
  EXPECT_THAT(doubled, ElementsAre("first"));
  hub.way(berlin, munich).least = milliseconds(501);
  const auto& late = ask(munich, "berlin");
  pass(milliseconds(2000));
  EXPECT_THAT(late, ElementsAre("nothing"));
}

TEST_F(FakeBusOfThree, WhoIsNotConnectedIsTold) {
  munich.set_connected(false);
  const auto& answers = ask(munich, "berlin");
  EXPECT_THAT(answers, IsEmpty());
  pass();
  EXPECT_THAT(answers, ElementsAre("nothing"));
}

TEST_F(FakeBusOfThree, AClockIsWrongAndMayBeSetBack) {
  pass(milliseconds(1500));
  EXPECT_EQ(berlin.unix_ms(), munich.unix_ms());
  const std::int64_t before = berlin.unix_ms();
  berlin.clock_off = milliseconds(-20'000);
  EXPECT_EQ(berlin.unix_ms(), before - 20'000);
  pass(milliseconds(10));
  EXPECT_EQ(berlin.unix_ms(), before - 19'990);
}

TEST_F(FakeBusOfThree, TheNextLifeOfABrokerHasTheWaysOfItsMachine) {
  const auto& before = heard_by(munich);
  const auto& answers = ask(munich, "berlin");
  EXPECT_TRUE(berlin.publish("st", "0"));
  munich.leave();
  pass();
  hub.way(berlin, munich).cut = true;
  EXPECT_FALSE(munich.is_up());
  FakeBus& next = hub.join({.site = "munich"}, munich.machine());
  const auto& after = heard_by(next);
  EXPECT_TRUE(berlin.publish("st", "1"));
  EXPECT_TRUE(berlin2.publish("st", "2"));
  pass(milliseconds(1000));
  EXPECT_THAT(before, IsEmpty());
  EXPECT_THAT(answers, IsEmpty());
  EXPECT_THAT(after, ElementsAre("berlin:2"));
}

TEST_F(FakeBusOfThree, AHostThatStandsStillIsToldLater) {
  std::vector<std::function<void()>> kept;
  munich.on_loop = [&](std::function<void()> task) { kept.push_back(std::move(task)); };
  const auto& other = heard_by(munich);
  EXPECT_TRUE(berlin.publish("st", "1"));
  pass();
  EXPECT_THAT(other, IsEmpty());
  for (const auto& task : kept) task();
  EXPECT_THAT(other, ElementsAre("berlin:1"));
}

TEST_F(FakeBusOfThree, WhatIsSentIsSeenByTheTest) {
  Texts sent;
  hub.on_sent = [&](const FakeBus& from, FakeHub::Kind kind, std::string_view topic, std::string_view payload) {
    const char* kinds[] = {"message", "question", "answer"};
    sent.push_back(std::string(from.site()) + " " + kinds[static_cast<int>(kind)] + " " + std::string(topic) + " " +
                   std::string(payload));
  };
  serve(berlin, "first");
  EXPECT_TRUE(munich.publish("st", "1"));
  static_cast<void>(ask(munich, "berlin"));
  pass();
  EXPECT_THAT(sent, ElementsAre("munich message st 1", "munich question snap what?", "berlin answer snap first"));
}

TEST(FakeBusOptions, SayWhatTheSectionClusterSays) {
  ManualClock clock;
  FakeHub hub(clock);
  const Bus& bus = hub.join({.site = "berlin",
                             .lost_after = std::chrono::seconds(7),
                             .share = {"PJSIP/*"},
                             .accept = {"a*", "b*"},
                             .hinted = true});
  EXPECT_EQ(bus.info().site, "berlin");
  EXPECT_EQ(bus.info().lost_after, std::chrono::seconds(7));
  EXPECT_THAT(bus.info().share, ElementsAre("PJSIP/*"));
  EXPECT_THAT(bus.info().accept, ElementsAre("a*", "b*"));
  EXPECT_TRUE(bus.info().hinted);
}

}  // namespace
}  // namespace amibroker::testing
