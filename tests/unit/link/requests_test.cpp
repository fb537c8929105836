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
    EXPECT_TRUE(requests.answer(id, {&message, 1}, true, now));
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

TEST_F(RequestsTest, MeasuresEachAnswerOfTheConnectionLateOnesToo) {
  ask(1);
  now += milliseconds(40);
  answer(1);
  ask(2);
  expire(milliseconds(1500));
  answer(2);
  ASSERT_TRUE(requests.latency().quantiles());
  EXPECT_EQ(requests.latency().quantiles()->p50, milliseconds(40));
  EXPECT_EQ(requests.latency().quantiles()->p99, milliseconds(1500)) << "it took so long, whoever waited for it";
  requests.restart(8);
  EXPECT_FALSE(requests.latency().quantiles()) << "another connection, perhaps another machine";
}

TEST_F(RequestsTest, SaysHowMuchIsUnderWayAndHowMuchWaits) {
  for (std::uint64_t id = 1; id <= 11; ++id) ask(id);
  EXPECT_EQ(requests.window(), 8U);
  EXPECT_EQ(requests.under_way(), 8U);
  EXPECT_EQ(requests.waiting(), 3U);
  answer(1);
  EXPECT_EQ(requests.under_way(), 7U);
}

TEST_F(RequestsTest, OwnersTakeTurnsAndEachKeepsItsOrder) {
  const auto wait = [&](std::uint64_t id, Owner owner) {
    requests.add({id, EncodedPtr(new EncodedText(std::to_string(id))), seconds(1), owner, {}}, now + seconds(30));
  };
  for (std::uint64_t id = 1; id <= 5; ++id) wait(id, 1);
  wait(6, 2);
  wait(7, 3);
  wait(8, 2);
  std::vector<std::string> sent;
  const auto send = [&](const Encoded& encoded) {
    sent.emplace_back(encoded.bytes());
    return true;
  };
  requests.send_waiting(now, send);
  EXPECT_EQ(sent, (std::vector<std::string>{"6", "7", "1", "8", "2", "3", "4", "5"}));
}

TEST_F(RequestsTest, OneThatFillsTheQueueLeavesTheOthersTheirShare) {
  std::uint64_t id = 0;
  const auto fill = [&](Owner owner) {
    std::size_t count = 0;
    for (; !requests.full(owner); ++count)
      requests.add({++id, EncodedPtr(new EncodedText("x")), seconds(1), owner, {}}, now + seconds(30));
    return count;
  };
  EXPECT_EQ(fill(1), Requests::queue_limit);
  EXPECT_EQ(fill(2), Requests::queue_limit / 2);
  EXPECT_EQ(fill(3), Requests::queue_limit / 3);
  EXPECT_EQ(fill(1), 0U);
  requests.fail_all();
  EXPECT_EQ(ends.size(), id) << "each ends once";
  EXPECT_FALSE(requests.full(1));
}

TEST_F(RequestsTest, WhatWaitedForTooLongIsGivenUpWhoeverAskedForIt) {
  const auto wait = [&](std::uint64_t id, Owner owner, seconds give_up) {
    requests.add({id, EncodedPtr(new EncodedText("x")), seconds(1), owner, {}}, now + give_up);
  };
  wait(1, 1, seconds(10)), wait(2, 1, seconds(30)), wait(3, 2, seconds(10)), wait(4, 2, seconds(20));
  expire(seconds(10));
  EXPECT_EQ(ends, (std::vector{Outcome::not_sent, Outcome::not_sent}));
  expire(seconds(10));
  EXPECT_EQ(ends.size(), 3U);
  std::size_t sent = 0;
  requests.send_waiting(now, [&](const Encoded&) { return ++sent, true; });
  EXPECT_EQ(sent, 1U);
}

}  // namespace
}  // namespace amibroker::link
