// SPDX-License-Identifier: Apache-2.0
#include "core/link/requests.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace amibroker::link {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RequestsTest : public ::testing::Test {
 protected:
  RequestsTest() { requests.restart(8); }
  void ask(std::uint64_t id, Owner owner = 1) {
    requests.add({id, EncodedPtr(new EncodedText("x")), seconds(1), owner, {}}, now + seconds(30));
    requests.send_waiting(now, [](const Encoded&) { return true; });
  }
  void answer(std::uint64_t id) {
    const std::vector<Field> fields{{"Response", "Success"}};
    const Message message(fields);
    EXPECT_TRUE(requests.answer(id, {&message, 1}, true));
  }
  void expire(milliseconds later) { requests.expire(now += later); }

  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  ServerCounters counters;
  std::vector<Outcome> ends;
  Requests requests{counters, [this](Owner, const Completion&, const Reply& reply) { ends.push_back(reply.outcome); },
                    [](std::string_view) {}};
};

TEST_F(RequestsTest, AnActionWithoutAnAnswerInTimeCountsAsUnansweredUntilAnotherOneIsAnswered) {
  ask(1);
  expire(milliseconds(1500));
  EXPECT_EQ(ends, std::vector{Outcome::unknown});
  ASSERT_TRUE(requests.unanswered());
  EXPECT_EQ(requests.unanswered()->count, 1U);
  ask(2);
  answer(2);
  EXPECT_FALSE(requests.unanswered());
}

TEST_F(RequestsTest, AServerThatAnswersLateForGoodDoesAnswer) {
  for (std::uint64_t id = 1; id <= 20; ++id) {
    ask(id);
    expire(milliseconds(1500));
    answer(id);
  }
  EXPECT_FALSE(requests.unanswered()) << "it is not to be connected again for that";
  EXPECT_EQ(counters.late_replies, 20U);
  EXPECT_EQ(ends.size(), 20U) << "each ends once";
}

TEST_F(RequestsTest, ALateAnswerToAQuestionOfTheServersOwnShowsNothing) {
  ask(1);
  ask(2, Requests::own);
  expire(milliseconds(1500));
  answer(2);
  EXPECT_TRUE(requests.unanswered()) << "it answers Pings only";
}

}  // namespace
}  // namespace amibroker::link
