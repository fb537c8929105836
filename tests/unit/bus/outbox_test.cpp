// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/outbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace amibroker::bus {
namespace {

bool is_readable(const Outbox& outbox) {
  pollfd one{outbox.descriptor(), POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

TEST(Outbox, GivesAllThatWaitsInOrderAndWakesItsReader) {
  Outbox outbox;
  EXPECT_FALSE(is_readable(outbox));
  EXPECT_TRUE(outbox.publish("event/a/B", 3, "{}"));
  outbox.answer({{"client"}, "[]"});
  EXPECT_TRUE(is_readable(outbox));
  const auto all = outbox.take();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(std::get<Published>(all[0]).number, 3U);
  EXPECT_EQ(std::get<Answer>(all[1]).json, "[]");
  EXPECT_FALSE(is_readable(outbox));
  EXPECT_TRUE(outbox.publish("event/a/B", 4, "{}"));
  EXPECT_TRUE(is_readable(outbox)) << "again";
}

TEST(Outbox, DropsMessagesThatWouldBeTooManyButNoAnswers) {
  Outbox outbox;
  const std::string megabyte(1024 * 1024, 'x');
  int taken = 0;
  while (outbox.publish("event/a/B", 1, megabyte)) ++taken;
  EXPECT_EQ(taken, 7) << "8 MiB, and something for each";
  outbox.answer({{"client"}, megabyte});
  EXPECT_EQ(outbox.take().size(), 8U);
  EXPECT_TRUE(outbox.publish("event/a/B", 1, megabyte)) << "there is room again";
}

TEST(Outbox, StaysReadableAfterStop) {
  Outbox outbox;
  EXPECT_FALSE(outbox.is_stopping());
  outbox.stop();
  EXPECT_TRUE(outbox.is_stopping());
  EXPECT_TRUE(outbox.take().empty());
  EXPECT_TRUE(is_readable(outbox));
}

}  // namespace
}  // namespace amibroker::bus
