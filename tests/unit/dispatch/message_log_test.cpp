// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/message_log.hpp"

#include <gmock/gmock.h>

namespace amibroker::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MessageLog, SaysNothingUntilItIsEnabled) {
  MessageLog log({"Berlin"});
  log.count(0, "Hangup");
  EXPECT_THAT(log.report(), IsEmpty());
}

TEST(MessageLog, CountsByServerAndEventMostFrequentFirstAndStartsAnew) {
  MessageLog log({"Berlin", "Paris", "Rome"});
  log.enable();
  log.count(0, "Hangup"), log.count(0, "VarSet"), log.count(0, "VarSet"), log.count(2, "Hangup");
  EXPECT_THAT(log.report(), ElementsAre("server 'Berlin': 2 VarSet, 1 Hangup", "server 'Rome': 1 Hangup"));
  EXPECT_THAT(log.report(), IsEmpty());
}

TEST(MessageLog, InventedNamesAreCountedTogether) {
  MessageLog log({"Berlin"});
  log.enable();
  for (std::size_t i = 0; i < MessageLog::names_a_server + 10; ++i) log.count(0, "Event" + std::to_string(i));
  EXPECT_THAT(log.report(), ElementsAre(::testing::HasSubstr(" 10 (other), ")));
}

}  // namespace
}  // namespace amibroker::dispatch
