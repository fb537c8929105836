// SPDX-License-Identifier: Apache-2.0
//
// What every amibroker::Bus does: sdk/include/amibroker/bus.hpp as tests. Who has an implementation gives a BusWorld:
//   INSTANTIATE_TEST_SUITE_P(Nats, BusContract, ::testing::Values(&make_world));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/bus.hpp"

namespace amibroker::cluster_test {

using namespace std::chrono_literals;

/// Brokers that share one bus, each with the same plugin.
class BusWorld {
 public:
  virtual ~BusWorld() = default;
  /// One more broker, which is up. It lives as long as the world.
  virtual Bus& add(std::string_view site) = 0;
  /// Lets time pass until it is so; false if it does not become so.
  virtual bool until(const std::function<bool()>& is_so) = 0;
  /// Takes this broker's connection away, and gives it back.
  virtual void cut(Bus& bus) = 0;
  virtual void mend(Bus& bus) = 0;
};
using MakeWorld = std::unique_ptr<BusWorld> (*)();

class BusContract : public ::testing::TestWithParam<MakeWorld> {
 protected:
  using Texts = std::vector<std::string>;

  /// Waits until what this broker subscribed to is known everywhere: a question about a topic of its own is answered.
  void known(Bus& bus, Bus& asker) {
    const std::string topic = "ready-" + std::to_string(++ready_);
    ASSERT_TRUE(bus.serve(topic, [](const Bus::Heard&) { return std::string("yes"); }));
    bool is_known = false;
    bool asked = false;
    ASSERT_TRUE(world->until([&] {
      if (is_known || asked) return is_known;
      asked = true;
      asker.request(bus.info().site, topic, "", 200ms, [&](std::optional<std::string_view> answer) {
        is_known = answer.has_value();
        asked = false;
      });
      return false;
    }));
  }
  /// Keeps what comes: "SITE TOPIC PAYLOAD".
  static std::function<void(const Bus::Heard&)> into(Texts& texts) {
    return [&texts](const Bus::Heard& heard) {
      texts.push_back(std::string(heard.site) + " " + std::string(heard.topic) + " " + std::string(heard.payload));
    };
  }
  /// What came for a question; "nothing" if nothing did.
  std::string asked(Bus& bus, std::string_view site, std::string_view topic, std::string_view payload = "",
                    std::chrono::milliseconds timeout = 5s) {
    std::optional<std::string> text;
    int calls = 0;
    bool in_call = true;
    bus.request(site, topic, payload, timeout, [&](std::optional<std::string_view> answer) {
      EXPECT_FALSE(in_call) << "later, never inside the call";
      ++calls;
      text = answer ? std::string(*answer) : "nothing";
    });
    in_call = false;
    EXPECT_TRUE(world->until([&] { return text.has_value(); }));
    EXPECT_EQ(calls, 1);
    return text.value_or("no call");
  }

  std::unique_ptr<BusWorld> world = GetParam()();

 private:
  int ready_ = 0;
};

TEST_P(BusContract, AMessageReachesEveryOtherBrokerAndNeverItsSender) {
  Bus& berlin = world->add("berlin");
  Bus& second = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts at_berlin, at_second, at_paris;
  EXPECT_TRUE(berlin.subscribe("st.zone-1", into(at_berlin)));
  EXPECT_TRUE(second.subscribe("st.zone-1", into(at_second)));
  EXPECT_TRUE(paris.subscribe("st.zone-1", into(at_paris)));
  known(berlin, paris);
  known(second, paris);
  known(paris, berlin);
  EXPECT_EQ(berlin.info().site, "berlin");
  EXPECT_TRUE(berlin.is_up());
  EXPECT_TRUE(berlin.publish("st.zone-1", "hello"));
  EXPECT_TRUE(world->until([&] { return !at_second.empty() && !at_paris.empty(); }));
  EXPECT_TRUE(paris.publish("st.zone-1", "end"));
  EXPECT_TRUE(world->until([&] { return !at_berlin.empty() && at_second.size() == 2; }));
  EXPECT_EQ(at_berlin, Texts{"paris st.zone-1 end"});
  EXPECT_EQ(at_second, (Texts{"berlin st.zone-1 hello", "paris st.zone-1 end"}));
  EXPECT_EQ(at_paris, Texts{"berlin st.zone-1 hello"});
}

TEST_P(BusContract, MessagesOfOneSenderComeInTheirOrder) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts heard;
  EXPECT_TRUE(paris.subscribe("a", into(heard)));
  known(paris, berlin);
  Texts expected;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(berlin.publish("a", std::to_string(i)));
    expected.push_back("berlin a " + std::to_string(i));
  }
  EXPECT_TRUE(world->until([&] { return heard.size() == expected.size(); })) << heard.size();
  EXPECT_EQ(heard, expected);
}

TEST_P(BusContract, OnlyTopicsAndPayloadsThatAreAllowedAreTaken) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts heard;
  const std::string longest(40, 'a');
  EXPECT_TRUE(paris.subscribe("a.b." + longest + ".-_", into(heard)));
  known(paris, berlin);
  const std::string too_long = longest + "a";
  for (const std::string& topic :
       {std::string(), std::string("a..b"), std::string("a."), std::string(".a"), std::string("a.b.c.d.e"),
        std::string("a b"), std::string("*"), std::string("a.>"), std::string("ä"), too_long, std::string("a\0b", 3)}) {
    EXPECT_FALSE(berlin.publish(topic, "x")) << topic;
    EXPECT_FALSE(berlin.subscribe(topic, into(heard))) << topic;
    EXPECT_FALSE(berlin.serve(topic, [](const Bus::Heard&) { return std::string(); })) << topic;
    EXPECT_EQ(asked(berlin, "paris", topic), "nothing") << topic;
  }
  EXPECT_FALSE(berlin.publish("a", std::string(Bus::most_payload + 1, 'x')));
  std::string bytes(Bus::most_payload, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  EXPECT_TRUE(berlin.publish("a.b." + longest + ".-_", bytes));
  EXPECT_TRUE(world->until([&] { return !heard.empty(); }));
  EXPECT_TRUE(heard.front() == "berlin a.b." + longest + ".-_ " + bytes);
}

TEST_P(BusContract, ASubscriptionIsReplacedAndTakenBackAndComesOnceAfterwards) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts first, second, other;
  EXPECT_TRUE(paris.subscribe("a", into(first)));
  EXPECT_TRUE(paris.subscribe("b", into(other)));
  EXPECT_TRUE(paris.subscribe("a", into(second)));
  known(paris, berlin);
  EXPECT_TRUE(berlin.publish("a", "1"));
  EXPECT_TRUE(world->until([&] { return !second.empty(); }));
  paris.unsubscribe("a");
  paris.unsubscribe("never");
  EXPECT_TRUE(berlin.publish("a", "2"));
  EXPECT_TRUE(berlin.publish("b", "3"));
  EXPECT_TRUE(world->until([&] { return !other.empty(); }));
  EXPECT_EQ(second.size(), 1U);
  EXPECT_TRUE(paris.subscribe("a", into(second)));
  known(paris, berlin);
  EXPECT_TRUE(berlin.publish("a", "4"));
  EXPECT_TRUE(berlin.publish("b", "5"));
  EXPECT_TRUE(world->until([&] { return other.size() == 2; }));
  EXPECT_EQ(second, (Texts{"berlin a 1", "berlin a 4"}));
  EXPECT_TRUE(first.empty());
}

TEST_P(BusContract, AThousandTopicsAreTheMost) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts heard;
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(paris.subscribe("t" + std::to_string(i), into(heard)));
  EXPECT_FALSE(paris.subscribe("one-more", into(heard)));
  EXPECT_TRUE(paris.subscribe("t7", into(heard))) << "in place of one that is there";
  paris.unsubscribe("t0");
  EXPECT_TRUE(paris.subscribe("one-more", into(heard)));
  known(paris, berlin);
  EXPECT_TRUE(berlin.publish("t999", "x"));
  EXPECT_TRUE(berlin.publish("one-more", "y"));
  EXPECT_TRUE(world->until([&] { return heard.size() == 2; }));
  EXPECT_EQ(heard, (Texts{"berlin t999 x", "berlin one-more y"}));
}

TEST_P(BusContract, AQuestionIsAnsweredByTheSiteThatIsAsked) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Bus& rome = world->add("rome");
  for (Bus* const bus : {&paris, &rome})
    EXPECT_TRUE(bus->serve("snap.1", [bus](const Bus::Heard& question) {
      return std::string(bus->info().site) + "[" + std::string(question.site) + "] " + std::string(question.topic) +
             " " + std::string(question.payload);
    }));
  known(paris, berlin);
  known(rome, berlin);
  EXPECT_EQ(asked(berlin, "paris", "snap.1", "please"), "paris[] snap.1 please");
  EXPECT_EQ(asked(berlin, "rome", "snap.1", std::string("\0\n", 2)), "rome[] snap.1 " + std::string("\0\n", 2));
  const std::string most(Bus::most_payload, 'x');
  EXPECT_TRUE(paris.serve("most", [&](const Bus::Heard&) { return most; }));
  known(paris, berlin);
  EXPECT_TRUE(asked(berlin, "paris", "most") == most);
  EXPECT_TRUE(paris.serve("snap.1", [](const Bus::Heard&) { return std::string("another"); }));
  EXPECT_EQ(asked(berlin, "paris", "snap.1"), "another");
}

TEST_P(BusContract, OfAPairOneAnswersAndTheOtherSaysNothing) {
  Bus& berlin = world->add("berlin");
  Bus& leader = world->add("paris");
  Bus& standby = world->add("paris");
  int standby_asked = 0;
  EXPECT_TRUE(leader.serve("a", [](const Bus::Heard&) { return std::string("the leader"); }));
  EXPECT_TRUE(standby.serve("a", [&](const Bus::Heard&) {
    ++standby_asked;
    return std::optional<std::string>();
  }));
  known(leader, berlin);
  known(standby, berlin);
  EXPECT_EQ(asked(berlin, "paris", "a"), "the leader");
  EXPECT_TRUE(world->until([&] { return standby_asked == 1; }));
}

TEST_P(BusContract, AQuestionThatNobodyAnswersEndsWithNothing) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  EXPECT_TRUE(paris.serve("silent", [](const Bus::Heard&) { return std::optional<std::string>(); }));
  known(paris, berlin);
  EXPECT_EQ(asked(berlin, "paris", "silent", "", 30ms), "nothing");
  EXPECT_EQ(asked(berlin, "paris", "unknown", "", 30ms), "nothing");
  EXPECT_EQ(asked(berlin, "nowhere", "silent", "", 30ms), "nothing");
  EXPECT_EQ(asked(berlin, "no.site", "silent"), "nothing");
  EXPECT_EQ(asked(berlin, "", "silent"), "nothing");
  EXPECT_EQ(asked(berlin, "paris", "silent", std::string(Bus::most_payload + 1, 'x')), "nothing");
}

TEST_P(BusContract, CallsMayUseTheBusAndTakeTheirOwnSubscriptionBack) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts heard;
  int once = 0;
  std::string answer;
  EXPECT_TRUE(paris.subscribe("end", into(heard)));
  EXPECT_TRUE(berlin.serve("q", [](const Bus::Heard&) { return std::string("a"); }));
  EXPECT_TRUE(paris.subscribe("a", [&](const Bus::Heard&) {
    ++once;
    paris.unsubscribe("a");
    paris.subscribe("a", [&](const Bus::Heard& more) {
      paris.request(more.site, "q", "", 5s, [&](std::optional<std::string_view> text) {
        answer = text ? *text : "nothing";
        paris.unsubscribe("a");
      });
    });
  }));
  known(paris, berlin);
  known(berlin, paris);
  EXPECT_TRUE(berlin.publish("a", "1"));
  EXPECT_TRUE(berlin.publish("a", "2"));
  EXPECT_TRUE(world->until([&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "a");
  EXPECT_TRUE(berlin.publish("a", "3"));
  EXPECT_TRUE(berlin.publish("end", ""));
  EXPECT_TRUE(world->until([&] { return !heard.empty(); }));
  EXPECT_EQ(once, 1);
}

TEST_P(BusContract, ACutIsToldAndNothingIsSentUntilItIsMended) {
  Bus& berlin = world->add("berlin");
  Bus& paris = world->add("paris");
  Texts heard;
  std::vector<bool> changes;
  EXPECT_TRUE(paris.subscribe("a", into(heard)));
  EXPECT_TRUE(paris.serve("q", [](const Bus::Heard&) { return std::string("a"); }));
  known(paris, berlin);
  berlin.on_change([&](bool up) {
    EXPECT_EQ(berlin.is_up(), up);
    changes.push_back(up);
  });
  world->cut(berlin);
  EXPECT_TRUE(world->until([&] { return !changes.empty(); }));
  EXPECT_EQ(changes, std::vector<bool>{false});
  EXPECT_FALSE(berlin.publish("a", "while cut"));
  EXPECT_EQ(asked(berlin, "paris", "q"), "nothing");
  world->mend(berlin);
  EXPECT_TRUE(world->until([&] { return changes.size() == 2 && paris.is_up(); }));
  EXPECT_EQ(changes, (std::vector<bool>{false, true}));
  known(paris, berlin);
  EXPECT_TRUE(berlin.publish("a", "after"));
  EXPECT_TRUE(world->until([&] { return !heard.empty(); }));
  EXPECT_EQ(heard, Texts{"berlin a after"}) << "what could not be sent is not kept";
}

}  // namespace amibroker::cluster_test
