// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/message_log.hpp"

#include <gmock/gmock.h>

namespace amibroker::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MessageLog, SaysNothingUntilItIsEnabled) {
  MessageLog log;
  log.set_name(0, "Berlin");
  log.count(0, "Hangup");
  EXPECT_THAT(log.report(), IsEmpty());
}

TEST(MessageLog, CountsByServerAndEventMostFrequentFirstAndStartsOver) {
  MessageLog log;
  log.set_name(0, "Berlin"), log.set_name(1, "Paris"), log.set_name(2, "Rome");
  log.enable(true);
  log.count(0, "Hangup"), log.count(0, "VarSet"), log.count(0, "VarSet"), log.count(2, "Hangup");
  EXPECT_THAT(log.report(), ElementsAre("server 'Berlin': 2 VarSet, 1 Hangup", "server 'Rome': 1 Hangup"));
  EXPECT_THAT(log.report(), IsEmpty());
}

TEST(MessageLog, InventedNamesAreCountedTogether) {
  MessageLog log;
  log.set_name(0, "Berlin");
  log.enable(true);
  for (std::size_t i = 0; i < MessageLog::names_a_server + 10; ++i) log.count(0, "Event" + std::to_string(i));
  EXPECT_THAT(log.report(), ElementsAre(::testing::HasSubstr(" 10 (other), ")));
}

TEST(MessageLog, AServerMayComeLaterAndChangeItsName) {
  MessageLog log;
  log.enable(true);
  log.set_name(0, "Berlin");
  log.count(0, "Hangup");
  log.set_name(1, "Paris\n");
  log.count(1, "Hangup");
  log.set_name(0, "Hamburg");
  EXPECT_THAT(log.report(), ElementsAre("server 'Hamburg': 1 Hangup", "server 'Paris\\x0a': 1 Hangup"));
}

}  // namespace
}  // namespace amibroker::dispatch
