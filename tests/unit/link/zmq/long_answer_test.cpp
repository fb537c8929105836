// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/long_answer.hpp"

#include <gmock/gmock.h>

namespace amibroker::link::zeromq {
namespace {

using ::testing::HasSubstr;
using State = LongAnswer::State;

/// Steps until it ends; `steps`: how many it took.
State read_all(LongAnswer& answer, int& steps) {
  for (steps = 1;; ++steps)
    if (const State state = answer.step(); state != State::more) return state;
}

std::string list_of(std::size_t items) {
  std::string json = R"([{"Response":"Success","EventList":"start"})";
  for (std::size_t i = 0; i < items; ++i)
    json += R"(, {"Event":"DeviceStateChange","Device":"PJSIP/)" + std::to_string(i) + R"(","State":"NOT_INUSE"})";
  return json + " ]\n";
}

TEST(LongAnswer, IsReadInSlicesAndWhole) {
  LongAnswer answer(list_of(20'000));
  int steps = 0;
  ASSERT_EQ(read_all(answer, steps), State::done) << answer.error();
  EXPECT_GT(steps, 3);
  ASSERT_EQ(answer.messages().size(), 20'001U);
  EXPECT_EQ(answer.messages()[0]["EventList"], "start");
  EXPECT_EQ(answer.messages()[20'000]["Device"], "PJSIP/19999");
}

TEST(LongAnswer, BracesAndQuotesInsideTextsAreText) {
  LongAnswer answer(R"([{"A":"}{\"]["},{"B":"\\"},{"C":["x","}"]}])");
  int steps = 0;
  ASSERT_EQ(read_all(answer, steps), State::done) << answer.error();
  ASSERT_EQ(answer.messages().size(), 3U);
  EXPECT_EQ(answer.messages()[0]["A"], "}{\"][");
  EXPECT_EQ(answer.messages()[1]["B"], "\\");
}

TEST(LongAnswer, AnythingButAnArrayOfObjectsFailsAsAWhole) {
  for (const char* bad : {"", "{}", "[", "[]", "[{}", "[{},]", "[{}]x", "[7]", R"([{"A":{"B":"C"}}])",
                          "[{\"A\":\"\xff\"}]", R"([{"A":"])", "[{}{}]"}) {
    LongAnswer answer(bad);
    int steps = 0;
    EXPECT_EQ(read_all(answer, steps), State::failed) << bad;
    EXPECT_NE(answer.error(), "") << bad;
    EXPECT_TRUE(answer.messages().empty()) << bad;
  }
}

TEST(LongAnswer, AListOfMillionsOfTinyItemsIsRefusedAfterABoundedNumber) {
  std::string json = "[{}";
  for (int i = 0; i < 400'000; ++i) json += R"(,{"":""})";
  LongAnswer answer(json + "]");
  int steps = 0;
  EXPECT_EQ(read_all(answer, steps), State::failed);
  EXPECT_THAT(answer.error(), HasSubstr("items"));
}

TEST(LongAnswer, OneEndlessItemIsRefused) {
  LongAnswer answer("[{\"A\":\"" + std::string(5 * 1024 * 1024, 'x') + "\"}]");
  int steps = 0;
  EXPECT_EQ(read_all(answer, steps), State::failed);
  EXPECT_THAT(answer.error(), HasSubstr("too long"));
}

}  // namespace
}  // namespace amibroker::link::zeromq
