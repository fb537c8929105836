// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/event_watcher.hpp"

#include "tests/unit/dispatch/dispatcher_fixture.hpp"

namespace amibroker::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Watcher final : public EventWatcher {
 public:
  [[nodiscard]] bool watches() const noexcept override { return is_on; }
  void saw_event(ServerId server, const Message& message) override {
    seen.push_back(std::to_string(server) + ":" + std::string(message.event()));
  }
  void saw_up(ServerId server) override { seen.push_back("up " + std::to_string(server)); }
  void saw_down(ServerId server) override { seen.push_back("down " + std::to_string(server)); }
  void saw_events_lost(ServerId server, std::uint64_t count) override {
    seen.push_back("lost " + std::to_string(count) + " of " + std::to_string(server));
  }
  bool is_on = true;
  std::vector<std::string> seen;
};

class EventWatcherTest : public DispatcherTest {
 protected:
  EventWatcherTest() { dispatcher.set_event_watcher(&watcher); }
  Watcher watcher;
};

TEST_F(EventWatcherTest, SeesWhatComesOfServersWhetherAHandlerWantsItOrNot) {
  dispatcher.subscribe(id1, "Hangup");
  dispatcher.on_up(0);
  event("Hangup");
  event("Newchannel", 1);
  dispatcher.on_events_lost(0, 3);
  dispatcher.on_down(0);
  EXPECT_THAT(watcher.seen, ElementsAre("up 0", "0:Hangup", "1:Newchannel", "lost 3 of 0", "down 0"));
}

TEST_F(EventWatcherTest, IsToldAfterTheHandlers) {
  dispatcher.subscribe(id1, "Hangup");
  std::size_t seen_before = 99;
  first.on_event = [&] { seen_before = watcher.seen.size(); };
  event("Hangup");
  EXPECT_EQ(seen_before, 0U);
  EXPECT_THAT(watcher.seen, ElementsAre("0:Hangup"));
}

TEST_F(EventWatcherTest, CostsNoDecodingWhileItDoesNotWatch) {
  watcher.is_on = false;
  EXPECT_EQ(event("Newchannel"), 0);
  dispatcher.on_up(1);
  EXPECT_THAT(watcher.seen, IsEmpty());
}

TEST_F(EventWatcherTest, HearsNothingOfWhatCannotBeReadOrOfAServerThatIsRetired) {
  event("Hangup", 0, false);
  dispatcher.retire_server(0);
  event("Hangup");
  dispatcher.on_up(0);
  EXPECT_THAT(watcher.seen, IsEmpty());
}

TEST_F(EventWatcherTest, HearsNothingAfterItLeft) {
  dispatcher.set_event_watcher(nullptr);
  event("Hangup");
  dispatcher.on_up(0);
  EXPECT_THAT(watcher.seen, IsEmpty());
}

}  // namespace
}  // namespace amibroker::dispatch
