// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/distributor.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::FakeHost;
using std::chrono::milliseconds;

class Distribution : public ::testing::Test {
 protected:
  Distribution() {
    for (ServerId server = 0; server < 3; ++server) distributor.server_up(server);
  }
  void device(ServerId origin, std::string_view name, std::string_view value) {
    distributor.changed_at_origin(origin, name, distributor.value(value));
  }
  void presence(ServerId server, std::string_view name, std::string_view value) {
    distributor.changed_on(server, name, distributor.value(value));
  }

  FakeHost host{{"One", "Two", "Three"}};
  Distributor distributor{host, {"STATE(", "Custom:", "func_state.so", "max_names"}, 2};
};

TEST_F(Distribution, AWriteIsASetvarWithTheFunctionAndTheValue) {
  device(1, "PJSIP/100", "INUSE");
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].server, 0U);
  EXPECT_EQ(host.requests[1].server, 2U);
  for (const auto& request : host.requests) {
    EXPECT_EQ(request.action.name(), "Setvar");
    EXPECT_EQ(request.action.size(), 2U);
    EXPECT_EQ(request.header("Variable"), "STATE(Custom:PJSIP/100)");
    EXPECT_EQ(request.header("Value"), "INUSE");
    EXPECT_EQ(request.timeout, milliseconds::zero());
  }
}

TEST_F(Distribution, ChangesOfDifferentNamesAndValuesDoNotMix) {
  device(0, "a", "INUSE");
  device(0, "b", "INUSE");
  ASSERT_EQ(host.requests.size(), 4U);
  EXPECT_EQ(host.requests[1].header("Variable"), "STATE(Custom:a)");
  EXPECT_EQ(host.requests[2].header("Variable"), "STATE(Custom:b)");
  device(0, "a", "BUSY");
  host.answer_all();
  device(0, "b", "INUSE");
  EXPECT_EQ(host.counted("writes"), 6U);
  EXPECT_EQ(host.counted("written"), 6U);
}

TEST_F(Distribution, ARefusalIsCountedAndReportedOnceWithServerNameReasonAndRemedy) {
  device(0, "a", "INUSE");
  host.answer(Outcome::error, "Variable not set");
  host.answer();
  device(0, "a", "BUSY");
  host.answer(Outcome::error, "Variable not set");
  EXPECT_EQ(host.counted("write_errors"), 2U);
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): Custom:a = INUSE"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "Variable not set"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "func_state.so"), 1U);
}

TEST_F(Distribution, AfterASuccessTheNextFailureIsReportedAgain) {
  device(0, "a", "INUSE");
  host.answer(Outcome::error);
  host.answer();
  device(0, "a", "BUSY");
  host.answer();
  host.answer();
  device(0, "a", "INUSE");
  host.answer(Outcome::error);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(Distribution, AnUnknownOutcomeIsCountedAndWrittenAgainByATimer) {
  device(0, "a", "INUSE");
  host.answer(Outcome::unknown, "no reply within 1000 ms");
  host.answer();
  EXPECT_EQ(host.counted("unknown_outcomes"), 1U);
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(milliseconds(100));
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 1U);
  host.answer();
  EXPECT_EQ(host.clock.timers(), 0U);
}

TEST_F(Distribution, AnEarlierRetryMovesTheTimerForward) {
  device(0, "a", "INUSE");
  for (int i = 0; i < 3; ++i) {  // server 1 fails until its back-off is 400 ms
    host.answer(Outcome::unknown);
    if (i == 0) host.answer();
    if (i < 2) host.clock.advance(milliseconds(200));
  }
  device(0, "b", "INUSE");
  host.answer();
  host.answer(Outcome::unknown);  // server 2 fails once: 100 ms
  host.clock.advance(milliseconds(100));
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 2U);
  host.answer();
  host.clock.advance(milliseconds(300));
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 1U);
}

TEST_F(Distribution, AWriteThatWasNotSentIsCountedAndIsNoWarning) {
  device(0, "a", "INUSE");
  host.answer(Outcome::not_sent, "too much waits");
  EXPECT_EQ(host.counted("not_sent"), 1U);
  EXPECT_EQ(host.logged(Level::warning), 0U);
}

TEST_F(Distribution, EchoesAndRepeatsAreCounted) {
  presence(0, "100", "away");
  host.answer_all();
  presence(1, "100", "away");
  presence(2, "100", "away");
  presence(0, "100", "away");
  EXPECT_EQ(host.counted("echoes"), 2U);
  EXPECT_EQ(host.counted("repeats"), 1U);
  EXPECT_TRUE(host.requests.empty());
}

TEST_F(Distribution, AServerThatDoesNotAnswerHasOneWindowOfRequests) {
  const std::size_t names = 2 * Limits{}.first_window;
  FakeHost big({"One", "Two"});
  Distributor many(big, {"STATE(", "Custom:", "m", "o"}, names);
  many.server_up(1);
  for (std::size_t i = 0; i < names; ++i) many.changed_at_origin(0, std::to_string(i), many.value("INUSE"));
  EXPECT_EQ(big.requests.size(), Limits{}.first_window);
  EXPECT_EQ(big.answer_all(), names);
}

TEST_F(Distribution, ANameThatCannotBeWrittenIsRefusedWithOneWarning) {
  device(0, "a)b", "INUSE");
  device(0, "a)b", "BUSY");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("refused_names"), 2U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): the state of \"a)b\""), 1U);
}

TEST_F(Distribution, NamesBeyondTheLimitAreCountedAndWarnedOfOnce) {
  for (const char* name : {"a", "b", "c", "d"}) device(0, name, "INUSE");
  EXPECT_EQ(host.requests.size(), 4U);
  EXPECT_EQ(host.counted("over_limit"), 2U);
  EXPECT_EQ(host.logged(Level::warning, "max_names"), 1U);
  host.answer_all();
  device(0, "a", "BUSY");
  EXPECT_EQ(host.requests.size(), 2U);
}

TEST_F(Distribution, WritesAreShownWhereTheAdministratorWantsIt) {
  device(0, "a", "INUSE");
  EXPECT_EQ(host.logged(Level::info), 0U);
  host.answer_all();
  host.is_verbose = true;
  device(0, "a", "BUSY");
  EXPECT_EQ(host.logged(Level::info, "Two (server-2): Custom:a = BUSY"), 1U);
}

TEST_F(Distribution, ValuesThatNobodyHoldsAnyMoreAreSweptAway) {
  for (int i = 0; i < 10'000; ++i) {
    presence(0, "100", "away,," + std::to_string(i));
    host.answer_all();
    presence(1, "100", "away,," + std::to_string(i));
    presence(2, "100", "away,," + std::to_string(i));
  }
  EXPECT_LE(distributor.values(), ValueTable::least_before_sweep);
  EXPECT_EQ(host.counted("writes"), 20'000U);
}

TEST_F(Distribution, AfterASweepTheRightTextIsWritten) {
  presence(0, "100", "first");
  host.answer_all();
  for (int i = 0; i < 3000; ++i) {
    presence(0, "100", "value " + std::to_string(i));
    for (const auto& request : host.requests) ASSERT_EQ(request.header("Value"), "value " + std::to_string(i));
    host.answer_all();
    presence(1, "100", "value " + std::to_string(i));
    presence(2, "100", "value " + std::to_string(i));
  }
}

TEST_F(Distribution, ANumberThatASweepGaveToAnotherValueIsWrittenWithItsNewText) {
  const auto all_say = [&](const std::string& said) {
    for (ServerId server = 0; server < 3; ++server) presence(server, "100", said);
  };
  const ValueId first = distributor.value("first");
  presence(0, "100", "first");  // the last write before the servers go down, and the same number as below
  host.answer_all();
  all_say("first");
  for (ServerId server = 0; server < 3; ++server) distributor.server_down(server);
  std::string value;
  for (int i = 0; value.empty() || distributor.value(value) != first; ++i) {
    value = "value " + std::to_string(i);
    all_say(value);
  }
  distributor.server_up(1);
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].header("Value"), value);
}

TEST_F(Distribution, ItsTimerEndsWithIt) {
  FakeHost other({"One", "Two"});
  auto distribution = std::make_unique<Distributor>(other, Medium{"STATE(", "Custom:", "m", "o"}, 10);
  distribution->server_up(1);
  distribution->changed_at_origin(0, "a", distribution->value("INUSE"));
  other.answer(Outcome::unknown);
  EXPECT_EQ(other.clock.timers(), 1U);
  distribution.reset();
  EXPECT_EQ(other.clock.timers(), 0U);
}

}  // namespace
}  // namespace amibroker::replication
