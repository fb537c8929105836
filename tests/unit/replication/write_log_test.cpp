// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/write_log.hpp"

#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::FakeHost;

class Log : public ::testing::Test {
 protected:
  void ended(ServerId server, Outcome outcome, std::string_view text = "why", std::string_view name = "Custom:a") {
    if (outcome == Outcome::success) log.succeeded(server);
    else log.failed(server, name, "INUSE", Reply{outcome, text, {}});
  }
  FakeHost host{{"One", "Two"}, {}, amibroker::testing::Timeouts::by_the_test};
  WriteLog log{host, "func_devstate.so"};
};

TEST_F(Log, AServerIsCalledByItsNameAndItsSection) { EXPECT_EQ(server_label(host, 1), "Two (server-2)"); }

TEST_F(Log, AWriteIsCountedAndShownIfTheAdministratorWantsIt) {
  log.started();
  EXPECT_FALSE(log.shows());
  host.is_verbose = true;
  WriteLog loud(host, "func_devstate.so");
  EXPECT_TRUE(loud.shows());
  loud.show(1, "Custom:a", "INUSE");
  EXPECT_EQ(host.logged(Level::info, "Two (server-2): Custom:a = INUSE"), 1U);
  EXPECT_EQ(host.counted("writes"), 1U);
}

TEST_F(Log, EachOutcomeHasItsCounter) {
  ended(0, Outcome::success);
  ended(0, Outcome::error);
  ended(0, Outcome::refused);
  ended(0, Outcome::not_sent);
  for (int i = 0; i < 2; ++i) ended(0, Outcome::unknown);
  EXPECT_EQ(host.counted("written"), 1U);
  EXPECT_EQ(host.counted("write_errors"), 2U);
  EXPECT_EQ(host.counted("not_sent"), 1U);
  EXPECT_EQ(host.counted("unknown_outcomes"), 2U);
}

TEST_F(Log, WhatAsteriskRefusesIsWarnedOfWithTheReasonAndWhatToCheck) {
  ended(1, Outcome::error, "Variable not set");
  const std::string line = host.lines().at(0).text;
  EXPECT_EQ(host.logged(Level::warning, "Two (server-2): Custom:a = INUSE was refused by Asterisk"), 1U);
  EXPECT_NE(line.find("(Variable not set)"), std::string::npos);
  EXPECT_NE(line.find("func_devstate.so is loaded"), std::string::npos);
  EXPECT_NE(line.find("tried again with the next snapshot or change"), std::string::npos);
}

TEST_F(Log, WhatTheBrokerRefusesIsWarnedOfWithTheReason) {
  ended(1, Outcome::refused, "too long");
  EXPECT_EQ(host.logged(Level::warning, "was not sent: too long. "), 1U);
  EXPECT_EQ(host.logged(Level::warning, "It is not tried again before the state changes"), 1U);
}

TEST_F(Log, NoAnswerIsAWarning) {
  ended(0, Outcome::unknown, "no answer in time");
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): Custom:a = INUSE: no answer (no answer in time)"), 1U);
}

TEST_F(Log, WhatWasNotSentIsNoWarningAndHidesNone) {
  ended(0, Outcome::not_sent);
  EXPECT_EQ(host.logged(Level::debug), 1U);
  ended(0, Outcome::error);
  EXPECT_EQ(host.logged(Level::warning), 1U);
}

TEST_F(Log, AServerThatTakesNothingHasOneWarning) {
  for (const char* name : {"Custom:a", "Custom:b", "Custom:c"})
    for (const Outcome outcome : {Outcome::error, Outcome::unknown}) ended(0, outcome, "why", name);
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::debug), 5U);
  ended(1, Outcome::error);
  EXPECT_EQ(host.logged(Level::warning), 2U) << "the other server has its own";
}

TEST_F(Log, AServerThatRefusesOneNameAndTakesTheOthersHasOneWarning) {
  for (int i = 0; i < 20; ++i) {
    ended(0, Outcome::error);
    ended(0, Outcome::success);
  }
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.counted("write_errors"), 20U);
  ended(0, Outcome::error, "why", "Custom:b");
  EXPECT_EQ(host.logged(Level::warning, "Custom:b"), 1U) << "another name has its own";
}

TEST_F(Log, AServerThatRefusesManyNamesHasABoundedNumberOfWarnings) {
  for (int i = 0; i < 1000; ++i) {
    ended(0, Outcome::error, "why", "Custom:" + std::to_string(i));
    ended(0, Outcome::success);
  }
  EXPECT_EQ(host.logged(Level::warning), WarnedNames::capacity);
  EXPECT_EQ(host.logged(Level::warning, "further names that it refuses are only counted"), 1U);
}

TEST_F(Log, AServerThatAnswersNowAndThenHasAWarningAnHour) {
  for (int i = 0; i < 100; ++i) {
    ended(0, Outcome::unknown, "why", "Custom:" + std::to_string(i));
    ended(0, Outcome::success);
  }
  EXPECT_EQ(host.logged(Level::warning), 1U);
  host.clock.advance(WriteLog::silence);
  ended(0, Outcome::unknown);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(Log, ANameThatNoWireOfAKindCanCarryHasOneWarningForAllServers) {
  for (int i = 0; i < 10; ++i)
    for (const ServerId server : {0U, 1U}) {
      ended(server, Outcome::refused, "the value of Variable is not UTF-8", "Custom:PJSIP/M\xfcller");
      ended(server, Outcome::success);
    }
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::warning, "is not UTF-8"), 1U);
  EXPECT_EQ(host.logged(Level::warning, "`transport = ami`"), 1U);
}

TEST_F(Log, AServerThatComesUpAgainHasANewWarning) {
  ended(0, Outcome::error);
  log.server_up(0);
  ended(0, Outcome::error);
  EXPECT_EQ(host.logged(Level::warning), 2U);
}

TEST_F(Log, AServerThatTakesLongHasOneWarningAnHourThatSaysHowLong) {
  log.took(0, WriteLog::slow - std::chrono::milliseconds(1));
  EXPECT_EQ(host.logged(Level::warning), 0U);
  for (int i = 0; i < 5; ++i) log.took(0, std::chrono::milliseconds(1500));
  EXPECT_EQ(host.logged(Level::warning), 1U);
  EXPECT_EQ(host.logged(Level::warning, "One (server-1): it took 1500 ms to answer a write"), 1U);
  log.took(1, std::chrono::milliseconds(1500));
  EXPECT_EQ(host.logged(Level::warning), 2U) << "the other server has its own";
  host.clock.advance(std::chrono::hours(1));
  log.took(0, std::chrono::milliseconds(1500));
  EXPECT_EQ(host.logged(Level::warning), 3U);
}

TEST_F(Log, ALongReasonIsCut) {
  ended(0, Outcome::error, std::string(10'000, 'x'));
  EXPECT_EQ(host.logged(Level::warning, std::string(200, 'x')), 1U);
  EXPECT_EQ(host.logged(Level::warning, std::string(201, 'x')), 0U);
}

}  // namespace
}  // namespace amibroker::replication
