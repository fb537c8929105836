// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/injected_events.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <stdexcept>

namespace amibroker::sim::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

template <typename Read>
std::string why_not(Read read) {
  try {
    static_cast<void>(read());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal_of(const std::string& text) {
  return why_not([&] { return parse_injected(text, "f"); });
}

TEST(InjectedEvents, AreReadAsAsteriskWritesThem) {
  const auto events =
      parse_injected("\r\nEvent: Hangup\r\nChannel: PJSIP/100-1\r\nEmpty:\r\n\r\n\r\nevent:Other\nA: b:c", "f");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[0], ElementsAre(Pair("Event", "Hangup"), Pair("Channel", "PJSIP/100-1"), Pair("Empty", "")));
  EXPECT_THAT(events[1], ElementsAre(Pair("event", "Other"), Pair("A", "b:c")));
}

TEST(InjectedEvents, OfTheExamplesAreAWholeCall) {
  const auto events = read_injected(AMIBROKER_EXAMPLES "/events/call.txt");
  EXPECT_EQ(value_of(events.front(), "Event"), "Newchannel");
  EXPECT_EQ(value_of(events.back(), "Event"), "Hangup");
}

TEST(InjectedEvents, AreRefusedWithTheLine) {
  EXPECT_THAT(refusal_of(""), HasSubstr("f: there is no event in it"));
  EXPECT_THAT(refusal_of("\n\nResponse: Success\n"), HasSubstr("f:3: an event begins with 'Event: NAME'"));
  EXPECT_THAT(refusal_of("Event:\n"), HasSubstr("f:1: an event begins"));
  EXPECT_THAT(refusal_of("Event: A\nno colon\n"), HasSubstr("f:2: this is no header"));
  EXPECT_THAT(refusal_of("Event: A\nB C: d\n"), HasSubstr("f:2: this is no header"));
  EXPECT_THAT(refusal_of("Event: A\nB: c\rd\n"), HasSubstr("f:2: the value holds a control byte"));
}

TEST(InjectedEvents, AreBounded) {
  std::string events;
  for (std::size_t i = 0; i < kMostInjectedEvents; ++i) events += "Event: A\n\n";
  EXPECT_EQ(parse_injected(events, "f").size(), kMostInjectedEvents);
  EXPECT_THAT(refusal_of(events + "Event: A\n"), HasSubstr("at most 1000 events"));
  std::string headers = "Event: A\n";
  for (std::size_t i = 1; i < kMostInjectedHeaders; ++i) headers += "B: c\n";
  EXPECT_EQ(parse_injected(headers, "f")[0].size(), kMostInjectedHeaders);
  EXPECT_THAT(refusal_of(headers + "B: c\n"), HasSubstr("at most 500 headers"));
}

TEST(InjectedEvents, OfAFileThatIsNoneAreRefused) {
  EXPECT_THAT(why_not([] { return read_injected("/nonexistent"); }), HasSubstr("/nonexistent: cannot be read"));
  EXPECT_THAT(why_not([] { return read_injected("/"); }), HasSubstr("/: cannot be read"));
  EXPECT_THAT(why_not([] { return read_injected("/dev/zero"); }), HasSubstr("is larger than 1,000,000 bytes"));
}

}  // namespace
}  // namespace amibroker::sim::app
