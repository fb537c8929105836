// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/distributor.hpp"

#include <gtest/gtest.h>

#include "tests/unit/replication/distribution.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::FakeHost;
using std::chrono::milliseconds;

/// Three servers that were read and hold nothing.
class Distribution : public ::testing::Test, public Distributed {
 protected:
  Distribution() : Distributed({"One", "Two", "Three"}) {
    host.option_values.set("max_names", "2");
    start();
    for (ServerId server = 0; server < 3; ++server) up(server);
    read();
  }
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
    EXPECT_EQ(request.timeout, Distributor::write_timeout);
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

TEST_F(Distribution, AfterASuccessTheNextFailureOfAnotherNameIsReported) {
  device(0, "a", "INUSE");
  host.answer(Outcome::error);
  host.answer();
  device(0, "a", "BUSY");
  host.answer();
  host.answer();
  device(0, "a", "INUSE");
  host.answer(Outcome::error);
  host.answer();
  EXPECT_EQ(host.logged(Level::warning), 1U) << "it is known that the server refuses this one";
  device(0, "b", "INUSE");
  host.answer(Outcome::error);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(Distribution, AnUnknownOutcomeIsCountedAndWrittenAgainByATimer) {
  const std::size_t timers = host.clock.timers();
  device(0, "a", "INUSE");
  host.answer(Outcome::unknown, "no reply within 1000 ms");
  host.answer();
  EXPECT_EQ(host.counted("unknown_outcomes"), 1U);
  EXPECT_TRUE(host.requests.empty());
  host.clock.advance(milliseconds(100));
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 1U);
  host.answer();
  EXPECT_EQ(host.clock.timers(), timers);
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

TEST_F(Distribution, AChangeRightAfterOurWriteIsWrittenBackIfThatHasAnEcho) {
  presence(0, "100", "away");
  host.answer_all();
  presence(1, "100", "away");
  presence(2, "100", "away");
  presence(1, "100", "dnd");
  EXPECT_EQ(host.requests.size(), 3U);
}

TEST(DistributionWithoutRepeatedEchoes, AChangeRightAfterOurWriteIsNotWrittenBack) {
  Medium medium = distribution_medium;
  medium.echoes_repeats = false;
  Distributed fleet({"One", "Two"});
  fleet.start(medium);
  for (ServerId server = 0; server < 2; ++server) fleet.up(server);
  fleet.read();
  fleet.presence(0, "100", "away");
  fleet.host.answer_all();
  fleet.presence(1, "100", "away");
  fleet.presence(1, "100", "dnd");
  ASSERT_EQ(fleet.host.requests.size(), 1U);
  EXPECT_EQ(fleet.host.requests[0].server, 0U);
}

TEST_F(Distribution, ANameThatAWireCannotCarryIsCountedAtEachWriteAndWarnedOfOnce) {
  for (int i = 0; i < 20; ++i) {
    device(0, "PJSIP/M\xfcller", i % 2 == 0 ? "INUSE" : "BUSY");
    host.run_posted();  // refused by the host, as the daemon does it
    device(0, "a", i % 2 == 0 ? "INUSE" : "BUSY");
    host.answer_all();
  }
  EXPECT_GE(host.counted("refused_names"), 20U);
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

TEST_F(Distribution, ANameIsShownOnceAServerHasADeviceOfIt) {
  EXPECT_FALSE(distributor->shows("Custom:a"));
  device(0, "a", "INUSE");
  presence(0, "100", "away");
  EXPECT_TRUE(distributor->shows("Custom:a"));
  EXPECT_FALSE(distributor->shows("100")) << "all share it";
}

TEST(DistributionOfManyNames, AServerThatDoesNotAnswerHasOneWindowOfRequests) {
  const std::size_t names = 2 * Limits{}.first_window;
  Distributed many({"One", "Two"});
  many.host.option_values.set("max_names", std::to_string(names));
  many.start();
  for (ServerId server = 0; server < 2; ++server) many.up(server);
  many.read();
  for (std::size_t i = 0; i < names; ++i) many.device(0, std::to_string(i), "INUSE");
  EXPECT_EQ(many.host.requests.size(), Limits{}.first_window);
  EXPECT_EQ(many.host.answer_all(), names);
}

TEST_F(Distribution, ANameThatCannotBeWrittenIsRefusedWithOneWarning) {
  device(0, "a)b", "INUSE");
  device(0, "a)b", "BUSY");
  EXPECT_TRUE(host.requests.empty());
  EXPECT_EQ(host.counted("refused_names"), 2U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): \"Custom:a)b\""), 1U);
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

TEST_F(Distribution, WritesAreShownIfTheAdministratorWantsIt) {
  device(0, "a", "INUSE");
  EXPECT_EQ(host.logged(Level::info), 0U);
  Distributed loud({"One", "Two", "Three"});
  loud.host.is_verbose = true;
  loud.start();
  for (ServerId server = 0; server < 3; ++server) loud.up(server);
  loud.read();
  loud.device(0, "a", "BUSY");
  EXPECT_EQ(loud.host.logged(Level::info, "Two (server-2): Custom:a = BUSY"), 1U);
}

TEST_F(Distribution, ValuesThatNobodyHoldsAnyMoreAreSweptAway) {
  for (int i = 0; i < 10'000; ++i) {
    presence(0, "100", "away,," + std::to_string(i));
    host.answer_all();
    presence(1, "100", "away,," + std::to_string(i));
    presence(2, "100", "away,," + std::to_string(i));
  }
  EXPECT_LE(distributor->values(), ValueTable::least_before_sweep);
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
  const ValueId first = distributor->value("first");
  device(0, "a", "first");  // the last writes before the servers go down, with the same number as below
  for (int target = 0; target < 2; ++target) host.answer(Outcome::error);  // so nobody holds it, nor may hold it later
  down(1);
  down(2);
  std::string value;
  for (int i = 0; value.empty() || distributor->value(value) != first; ++i) {
    value = "value " + std::to_string(i);
    device(0, "a", value);
  }
  up(1);
  read();
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].header("Value"), value);
}

TEST_F(Distribution, ItsTimersEndWithIt) {
  device(0, "a", "INUSE");
  host.answer(Outcome::unknown);
  down(2);
  EXPECT_GE(host.clock.timers(), 4U) << "start, resync, a retry, and how long server 3 is gone";
  distributor.reset();
  EXPECT_EQ(host.clock.timers(), 0U);
}

}  // namespace
}  // namespace amibroker::replication
