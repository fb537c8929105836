// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/marks.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amibroker/testing/message_builder.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::MessageBuilder;

constexpr Mark written{
    .life = {1764439200000000, 0x1f2e3d4c}, .number = 7, .fleet = 0xfeed, .section = "one", .reach = 3, .leads = true};

/// The event that Asterisk makes of the action; `changed` has another value.
std::unique_ptr<MessageBuilder> event_of(const Mark& mark, const std::pair<std::string, std::string>& changed = {}) {
  Action action("UserEvent");
  action.add("UserEvent", broker_event);
  add_mark(action, "device_state", mark);
  auto event = std::make_unique<MessageBuilder>("UserEvent");
  for (std::size_t i = 0; i < action.size(); ++i)
    event->add(action[i].name, changed.first == action[i].name ? changed.second : std::string(action[i].value));
  return event;
}

TEST(Marks, AMarkIsReadAsItWasWritten) {
  const auto event = event_of(written);
  const auto read = read_mark("device_state", event->message());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->life, written.life);
  EXPECT_EQ(read->number, 7U);
  EXPECT_EQ(read->fleet, 0xfeedU);
  EXPECT_EQ(read->section, "one");
  EXPECT_EQ(read->reach, 3U);
  EXPECT_TRUE(read->leads);
}

TEST(Marks, AnotherPluginsMarkIsNoneOfOurs) {
  const auto event = event_of(written);
  EXPECT_FALSE(read_mark("presence_state", event->message()));
  EXPECT_FALSE(read_mark("device", event->message()));
}

class MalformedMarks : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(MalformedMarks, AreNone) {
  const auto event = event_of(written, GetParam());
  EXPECT_FALSE(read_mark("device_state", event->message()));
}

INSTANTIATE_TEST_SUITE_P(
    Headers, MalformedMarks,
    ::testing::Values(std::pair{"UserEvent", "somebody-else"}, std::pair{"Mark", ""}, std::pair{"Mark", "device_state"},
                      std::pair{"Mark", "device_state-"}, std::pair{"Mark", "device_state-5"},
                      std::pair{"Mark", "device_state-5.1f"}, std::pair{"Mark", "device_state-5.1f-"},
                      std::pair{"Mark", "device_state-5.1f-3x"}, std::pair{"Mark", "device_state--5.1f-3"},
                      std::pair{"Mark", "device_state-99999999999999999999999.1f-3"},
                      std::pair{"Mark", "device_state-5.123456789-3"}, std::pair{"Fleet", "xyz"},
                      std::pair{"Fleet", ""}, std::pair{"Reach", "-1"}, std::pair{"Reach", "4294967296"},
                      std::pair{"Leads", ""}, std::pair{"Leads", "maybe"}));

TEST(Marks, EachLifeIsAnother) {
  const Life one = begin_life();
  const Life other = begin_life();
  EXPECT_NE(one, other);
  EXPECT_NE(text_of(one), text_of(other));
  EXPECT_LT((Life{1, 9}), (Life{2, 3}));
}

TEST(FleetSigns, DependOnEachTextAndItsEnd) {
  const auto sign = [](const std::vector<std::string>& texts) {
    FleetSign sign;
    for (const std::string& text : texts) sign.add(text);
    return sign.value();
  };
  EXPECT_EQ(sign({"a", "b"}), sign({"a", "b"}));
  EXPECT_NE(sign({"a", "b"}), sign({"ab"}));
  EXPECT_NE(sign({"a", "b"}), sign({"a", "c"}));
  EXPECT_NE(sign({"a", ""}), sign({"a"}));
}

}  // namespace
}  // namespace amibroker::replication
