// SPDX-License-Identifier: Apache-2.0
#include "core/control/feed.hpp"

#include <gmock/gmock.h>

namespace amibroker::control {
namespace {

std::vector<std::string> data_of(const Feed::Taken& taken) {
  std::vector<std::string> all;
  for (const auto& notice : taken.notices) all.push_back(notice->data);
  return all;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EventText, IsOneEventWhateverItHolds) {
  EXPECT_EQ(event_text("lamp", 7, "{\"a\":1}"), "event: lamp\nid: 7\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(event_text("gap", 0, ""), "event: gap\ndata: \n\n");
  EXPECT_EQ(event_text("a\nb", 1, std::string("x\n\ndata: evil\r\0", 15)),
            "event: a b\nid: 1\ndata: x  data: evil  \n\n");
}

TEST(Feed, CostsNothingWhileNobodyReads) {
  Feed feed({});
  EXPECT_FALSE(feed.wanted());
  feed.publish({"a", "1"});
  EXPECT_EQ(feed.last(), 0U);
  feed.join();
  EXPECT_TRUE(feed.wanted());
  feed.publish({"a", "2"});
  EXPECT_THAT(data_of(feed.take(0, 10)), ElementsAre("2"));
  feed.leave();
  EXPECT_FALSE(feed.wanted());
  feed.join();
  EXPECT_EQ(feed.take(feed.last(), 10).missed, 0U);
  EXPECT_THAT(feed.take(feed.last(), 10).notices, IsEmpty());
}

TEST(Feed, BeginsAfterItsBase) {
  Feed::Spec spec;
  spec.base = 1'000'000;
  Feed feed(std::move(spec));
  EXPECT_EQ(feed.last(), 1'000'000U);
  feed.join();
  feed.publish({"a", "1"});
  const auto taken = feed.take(1'000'000, 10);
  EXPECT_EQ(taken.last, 1'000'001U);
  EXPECT_EQ(taken.missed, 0U);
  EXPECT_THAT(data_of(taken), ElementsAre("1"));
}

TEST(Feed, CountsWhatALateTextOwns) {
  Feed::Spec spec;
  spec.most_bytes = 1000;
  Feed feed(std::move(spec));
  feed.join();
  for (int i = 0; i < 5; ++i) {
    Notice notice{"a", {}};
    notice.write = [] { return std::string("late"); };
    notice.bytes = 600;
    feed.publish(std::move(notice));
  }
  const auto taken = feed.take(0, 10);
  EXPECT_EQ(taken.missed, 4U) << "only one fits";
  ASSERT_EQ(taken.notices.size(), 1U);
  EXPECT_EQ(taken.notices[0]->text(), "late");
}

TEST(Feed, EachReaderHasItsOwnPlace) {
  Feed feed({});
  feed.join();
  for (const auto* const text : {"1", "2", "3"}) feed.publish({"a", text});
  const auto first = feed.take(0, 2);
  EXPECT_THAT(data_of(first), ElementsAre("1", "2"));
  EXPECT_EQ(first.last, 2U);
  EXPECT_THAT(data_of(feed.take(first.last, 2)), ElementsAre("3"));
  EXPECT_THAT(data_of(feed.take(0, 10)), ElementsAre("1", "2", "3"));
  EXPECT_THAT(feed.take(3, 10).notices, IsEmpty());
}

TEST(Feed, SaysHowMuchASlowReaderMissed) {
  Feed::Spec spec;
  spec.most_notices = 3;
  Feed feed(std::move(spec));
  feed.join();
  for (int i = 1; i <= 10; ++i) feed.publish({"a", std::to_string(i)});
  const auto taken = feed.take(2, 10);
  EXPECT_EQ(taken.missed, 5U);
  EXPECT_THAT(data_of(taken), ElementsAre("8", "9", "10"));
  EXPECT_EQ(taken.last, 10U);
}

TEST(Feed, IsBoundedInBytes) {
  Feed::Spec spec;
  spec.most_bytes = 10'000;
  Feed feed(std::move(spec));
  feed.join();
  for (int i = 0; i < 100; ++i) feed.publish({"a", std::string(1'000, 'x')});
  const auto taken = feed.take(0, 1'000);
  EXPECT_LT(taken.notices.size(), 10U);
  EXPECT_EQ(taken.missed + taken.notices.size(), 100U);
  feed.publish({"a", std::string(20'000, 'x')});
  EXPECT_EQ(feed.take(0, 1'000).notices.size(), 1U) << "the newest always stays";
}

TEST(Feed, WakesOnceUntilSomebodyTakes) {
  Feed feed({});
  int woken = 0;
  feed.set_wake([&] { ++woken; });
  feed.publish({"a", "0"});
  EXPECT_EQ(woken, 0);
  feed.join();
  for (int i = 0; i < 5; ++i) feed.publish({"a", "1"});
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(feed.take(0, 10).notices.size(), 5U);
  feed.publish({"a", "2"});
  EXPECT_EQ(woken, 2);
  feed.set_wake(nullptr);
  EXPECT_EQ(feed.take(5, 10).notices.size(), 1U);
  feed.publish({"a", "3"});
  EXPECT_EQ(woken, 2);
}

}  // namespace
}  // namespace amibroker::control
