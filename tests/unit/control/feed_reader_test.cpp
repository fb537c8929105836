// SPDX-License-Identifier: Apache-2.0
#include "core/control/feed_reader.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <utility>

#include "tests/unit/control/service_fixture.hpp"

namespace amibroker::control {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class FeedReaderTest : public ServiceTest {
 protected:
  FeedReaderTest() { pace.together = 1ms; }
  ~FeedReaderTest() override { stop(); }  // while there is a feed

  void publish(const std::string& data, std::string tag = {}) {
    on_loop([&] { feed->publish({"change", data, {std::move(tag)}}); });
  }
  void make(Feed::Spec spec) {
    feed = std::make_unique<Feed>(std::move(spec));
    site.feeds.emplace("feed", feed.get());
    start();
  }
  /// A reader whose snapshot, if the feed has one, is under way.
  [[nodiscard]] Client listen(const std::string& query = {}, const std::string& header = {}) {
    Client client = web();
    client.send("GET /v1/feed" + query + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n");
    const Reply reply = client.reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.head, HasSubstr("Content-Type: text/event-stream"));
    return client;
  }
  [[nodiscard]] Feed::Spec with_snapshot() {
    Feed::Spec spec;
    spec.open = [this](const Arguments&) {
      const auto last = feed->last();
      return Feed::Opening{last,
                           [text = event_text("snapshot", last, "number " + std::to_string(++snapshots))]() mutable {
                             return std::exchange(text, {});
                           }};
    };
    return spec;
  }

  std::unique_ptr<Feed> feed;
  int snapshots = 0;  // loop's thread
};

TEST_F(FeedReaderTest, SendsWhatHappensFromNowOn) {
  make({});
  publish("before");
  Client one = listen(), other = listen();
  publish("{\"a\":1}");
  publish("2");
  for (Client* const client : {&one, &other}) {
    EXPECT_EQ(client->event(), "event: change\nid: 1\ndata: {\"a\":1}");
    EXPECT_EQ(client->event(), "event: change\nid: 2\ndata: 2");
  }
}

TEST_F(FeedReaderTest, BeginsWithASnapshotThatNothingIsMissingAfter) {
  make(with_snapshot());
  Client client = listen();
  EXPECT_EQ(client.event(), "event: snapshot\ndata: number 1");
  for (int i = 1; i <= 1000; ++i) publish(std::to_string(i));
  for (int i = 1; i <= 1000; ++i)
    ASSERT_EQ(client.event(), "event: change\nid: " + std::to_string(i) + "\ndata: " + std::to_string(i));
  Client late = listen();
  EXPECT_EQ(late.event(), "event: snapshot\nid: 1000\ndata: number 2");
  publish("last");
  EXPECT_EQ(late.event(), "event: change\nid: 1001\ndata: last");
}

TEST_F(FeedReaderTest, ASnapshotIsMadeAPartAtATimeAsTheReaderTakesIt) {
  const std::string large(1'000'000, 'x');
  std::atomic<int> made = 0;
  Feed::Spec spec;
  spec.open = [&](const Arguments&) {
    return Feed::Opening{0, [&] { return ++made <= 200 ? event_text("part", 0, large) : std::string(); }};
  };
  make(std::move(spec));
  Client client = listen();
  EXPECT_EQ(client.event(), "event: part\ndata: " + large);
  EXPECT_LT(made, 100) << "more than the buffers of the system hold";
  publish("1");
  for (int i = 2; i <= 200; ++i) ASSERT_EQ(client.event(), "event: part\ndata: " + large);
  EXPECT_EQ(client.event(), "event: change\nid: 1\ndata: 1");
}

TEST_F(FeedReaderTest, ASlowReaderHearsOfTheGapAndGetsANewSnapshot) {
  auto spec = with_snapshot();
  spec.most_notices = 10;
  make(std::move(spec));
  Client slow = listen();
  EXPECT_EQ(slow.event(), "event: snapshot\ndata: number 1");
  Client quick = listen();
  EXPECT_THAT(quick.event(), HasSubstr("snapshot"));
  // More than the buffers of the system hold, while the slow one does not read and the quick one does.
  const std::string large(100'000, 'x');
  for (int i = 1; i <= 200; ++i) {
    publish(large);
    ASSERT_EQ(quick.event(), "event: change\nid: " + std::to_string(i) + "\ndata: " + large);
  }
  std::string event;
  do event = slow.event();
  while (event.starts_with("event: change"));
  EXPECT_THAT(event, HasSubstr("event: gap\ndata: {\"missed\":"));
  EXPECT_THAT(slow.event(), HasSubstr("event: snapshot\nid: "));
  publish("after");
  do event = slow.event();
  while (event.size() > large.size());
  EXPECT_EQ(event, "event: change\nid: 201\ndata: after");
}

TEST_F(FeedReaderTest, AFilterPicks) {
  Feed::Spec spec;
  spec.arguments = {{"tag", ArgumentSpec::Type::text, true, "which"}};
  spec.filter = [](const Arguments& arguments) -> Feed::Filter {
    return [tag = *arguments.text("tag")](const Notice& notice) { return notice.tags.front() == tag; };
  };
  make(std::move(spec));
  EXPECT_EQ(web().get("/v1/feed").error(), "bad_argument");
  Client client = listen("?tag=b");
  publish("1", "a");
  publish("2", "b");
  EXPECT_EQ(client.event(), "event: change\nid: 2\ndata: 2");
}

TEST_F(FeedReaderTest, OneThatComesBackGetsWhatItMissed) {
  Feed::Spec spec;
  spec.linger = 60s;
  spec.base = 1000;
  spec.most_notices = 3;
  make(std::move(spec));
  {
    Client first = listen();
    publish("1");
    EXPECT_EQ(first.event(), "event: change\nid: 1001\ndata: 1");
  }
  while (on_loop([&] { feed->publish({"change", "while nobody reads"}); }), feed->last() < 1004) {
  }
  Client back = listen({}, "Last-Event-ID: 1002\r\n");
  EXPECT_EQ(back.event(), "event: change\nid: 1003\ndata: while nobody reads");
  Client too_late = listen({}, "Last-Event-ID: 1000\r\n");
  EXPECT_EQ(too_late.event(), "event: gap\ndata: {\"missed\":1}");
  EXPECT_THAT(too_late.event(), HasSubstr("id: 1002"));
}

TEST_F(FeedReaderTest, AnIdOfARunBeforeIsAGapOfUnknownSize) {
  Feed::Spec spec;
  spec.base = 1000;
  make(std::move(spec));
  Client back = listen({}, "Last-Event-ID: 999\r\n");
  EXPECT_EQ(back.event(), "event: gap\ndata: {\"missed\":null}");
  publish("1");
  EXPECT_EQ(back.event(), "event: change\nid: 1001\ndata: 1");
}

TEST_F(FeedReaderTest, AnIdThatNoFeedGaveIsNone) {
  make({});
  for (const std::string id : {"18446744073709551615", "99999999999999999999", "-1", "x", "1 2", ""}) {
    Client client = listen({}, "Last-Event-ID: " + id + "\r\n");
    publish("next");
    EXPECT_THAT(client.event(), HasSubstr("data: next")) << id;
  }
}

TEST_F(FeedReaderTest, AFeedIsKeptForAWhileAndNoLonger) {
  Feed::Spec spec;
  spec.linger = 50ms;
  make(std::move(spec));
  { const Client client = listen(); }
  while (feed->wanted()) std::this_thread::yield();
  SUCCEED() << "nobody came back";
}

TEST_F(FeedReaderTest, SaysThatItIsThere) {
  pace.heartbeat = 10ms;
  make({});
  Client client = listen();
  EXPECT_TRUE(client.wait_for(":\n\n"));
}

TEST_F(FeedReaderTest, AReaderThatTakesNothingIsLetGo) {
  pace.patience = 50ms;
  make({});
  Client client = listen();
  const std::string large(100'000, 'x');
  while (feed->wanted()) publish(large);
  SUCCEED() << "its place is free again";
}

TEST_F(FeedReaderTest, AReaderThatLeavesIsNoticedAtOnce) {
  make({});
  {
    const Client client = listen();
    EXPECT_TRUE(feed->wanted());
  }
  while (feed->wanted()) std::this_thread::yield();
  SUCCEED() << "nothing was published";
}

TEST_F(FeedReaderTest, AreBoundedInNumber) {
  make({});
  std::vector<Client> readers;
  for (std::size_t i = 0; i < FeedReaders::most; ++i) readers.push_back(listen());
  EXPECT_EQ(web().get("/v1/feed").error(), "busy");
  EXPECT_EQ(web().get("/v1/echo?text=a").status, 200);
  readers.pop_back();
  while (web().get("/v1/feed", "Host: localhost\r\nConnection: close\r\n").status != 200) {
  }
  SUCCEED();
}

TEST_F(FeedReaderTest, TheEndOfTheDaemonEndsThem) {
  make(with_snapshot());
  Client client = listen();
  EXPECT_THAT(client.event(), HasSubstr("snapshot"));
  stop();
  EXPECT_EQ(client.event(), "");
}

}  // namespace
}  // namespace amibroker::control
