// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/state_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "amibroker/testing/fake_host.hpp"
#include "tests/unit/replication/fleet.hpp"

namespace amibroker::replication {
namespace {

using amibroker::testing::FakeHost;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ValueId idle = 1;
constexpr ValueId in_use = 2;
constexpr std::array<std::string_view, 2> texts{"NOT_INUSE", "INUSE"};

class Report : public ::testing::Test {
 protected:
  explicit Report(std::size_t servers = 3)
      : host(std::vector<std::string>(servers, "name"), {}, amibroker::testing::Timeouts::by_the_test),
        fleet(servers, Limits{.window = 1}) {
    for (ServerId server = 0; server < servers; ++server) places.add(server);
    add_key("Custom:PJSIP/100");
  }
  void add_key(const std::string& name) { keys.add(name, fleet.replicator.add_key(Sharing::one_way), 0); }
  void advance(seconds time) {
    host.clock.advance(time);
    fleet.advance(time);
  }
  void everywhere(ValueId value) {
    fleet.origin(0, 0, value);
    for (const Write& write : fleet.taken()) fleet.done(write.target, write.key);
  }
  std::string line(KeyId key = 0) const {
    return describe_key(key, host, fleet.replicator, places, keys, values, nullptr);
  }

  FakeHost host;
  Fleet fleet;
  Places places;
  KeyTable keys{"DEVICE_STATE(", 1000};
  ValueTable values{texts};
};

TEST_F(Report, OfANameThatNobodyKnowsIsTheNameAlone) { EXPECT_EQ(line(), "Custom:PJSIP/100"); }

TEST_F(Report, IfAllAgreeSaysWhoSaysItHowManyHoldItAndSinceWhen) {
  everywhere(in_use);
  advance(seconds(41));
  EXPECT_EQ(line(), "Custom:PJSIP/100: server-1 says INUSE; held by 2 servers: INUSE (since 41 s)");
}

TEST_F(Report, OfServersThatAgreeShowsTheTimeOfTheLatestChange) {
  fleet.origin(1, 0, idle);
  for (const Write& write : fleet.taken()) fleet.done(write.target, write.key);
  advance(seconds(10));
  everywhere(idle);
  advance(seconds(5));
  EXPECT_EQ(line(),
            "Custom:PJSIP/100: server-1 says NOT_INUSE; server-2 says NOT_INUSE; "
            "held by 3 servers: NOT_INUSE (since 5 s)");
}

TEST_F(Report, IfServersHoldDifferentThingsShowsEach) {
  everywhere(in_use);
  fleet.origin(1, 0, idle);
  for (const Write& write : fleet.taken()) fleet.done(write.target, write.key);
  EXPECT_EQ(line(),
            "Custom:PJSIP/100: server-1 says INUSE; server-2 says NOT_INUSE; "
            "held by 2 servers: NOT_INUSE (since 0 s); held by 1 server: INUSE (since 0 s)");
}

TEST_F(Report, OfAServerThatIsDownSaysWhatItShouldHoldAndWhatItHeld) {
  everywhere(idle);
  fleet.down(2);
  everywhere(in_use);
  advance(seconds(3));
  EXPECT_EQ(line(),
            "Custom:PJSIP/100: server-1 says INUSE; held by 1 server: INUSE (since 3 s); "
            "server-3 should hold INUSE since 3 s, holds NOT_INUSE, is down");
}

TEST_F(Report, OfAServerThatIsBeingReadSaysSo) {
  everywhere(idle);
  fleet.down(2);
  everywhere(in_use);
  fleet.replicator.server_up(2, fleet.now);
  EXPECT_THAT(line(), HasSubstr("server-3 should hold INUSE since 0 s, holds NOT_INUSE, is being read"));
}

TEST_F(Report, OfAWriteUnderWaySaysSo) {
  fleet.origin(0, 0, in_use);
  fleet.done(2, 0);
  EXPECT_EQ(line(),
            "Custom:PJSIP/100: server-1 says INUSE; held by 1 server: INUSE (since 0 s); "
            "server-2 should hold INUSE since 0 s, holds nothing known, a write is under way");
}

TEST_F(Report, OfARefusedWriteSaysSoAndOfANameThatTheServerDoesNotHave) {
  static_cast<void>(fleet.replicator.read(1, {}, fleet.now));
  fleet.origin(0, 0, in_use);
  fleet.done(1, 0, Outcome::error);
  EXPECT_THAT(line(), HasSubstr("server-2 should hold INUSE since 0 s, holds no such name, refused it"));
}

TEST_F(Report, OfAWriteThatIsTriedAgainSaysSo) {
  fleet.origin(0, 0, in_use);
  fleet.done(1, 0, Outcome::unknown);
  EXPECT_THAT(line(), HasSubstr("server-2 should hold INUSE since 0 s, holds nothing known, is tried again soon"));
}

TEST_F(Report, OfAWriteThatWaitsForAPlaceSaysSo) {
  add_key("Custom:PJSIP/200");
  fleet.origin(0, 0, in_use);
  fleet.origin(0, 1, in_use);
  EXPECT_THAT(line(1), HasSubstr("server-2 should hold INUSE since 0 s, holds nothing known, "
                                 "the write waits for its turn"));
}

TEST_F(Report, OfManyKeysComesInSlicesWithAPauseBetween) {
  for (std::size_t i = 1; i < 2 * StateReport::keys_a_slice + 1; ++i) add_key("Custom:" + std::to_string(i));
  StateReport report(host, fleet.replicator, places, keys, values);
  report.begin();
  EXPECT_EQ(host.logged(Level::info, "report: 401 names"), 1U);
  EXPECT_EQ(host.lines().size(), 1 + StateReport::keys_a_slice);
  host.clock.advance(StateReport::pause - milliseconds(1));
  EXPECT_EQ(host.lines().size(), 1 + StateReport::keys_a_slice);
  host.clock.advance(milliseconds(1));
  EXPECT_EQ(host.lines().size(), 1 + 2 * StateReport::keys_a_slice);
  EXPECT_EQ(host.logged(Level::info, "report: end"), 0U);
  host.clock.advance(StateReport::pause);
  EXPECT_EQ(host.lines().back().text, "report: end");
  EXPECT_EQ(host.lines().size(), 401U + 2U);
  EXPECT_EQ(host.clock.timers(), 0U);
}

TEST_F(Report, ThatIsAskedForAgainStartsOverAndEndsOnce) {
  for (std::size_t i = 1; i < StateReport::keys_a_slice + 1; ++i) add_key("Custom:" + std::to_string(i));
  StateReport report(host, fleet.replicator, places, keys, values);
  report.begin();
  report.begin();
  host.clock.advance(seconds(1));
  EXPECT_EQ(host.logged(Level::info, "Custom:PJSIP/100"), 2U);
  EXPECT_EQ(host.logged(Level::info, "report: end"), 1U);
}

TEST_F(Report, LeavesOutNamesThatAreGivenBackMeanwhile) {
  const std::size_t count = 2 * StateReport::keys_a_slice;
  for (std::size_t i = 1; i < count; ++i) add_key("Custom:" + std::to_string(i));
  StateReport report(host, fleet.replicator, places, keys, values);
  report.begin();
  for (const KeyId key : {static_cast<KeyId>(StateReport::keys_a_slice + 1), static_cast<KeyId>(count - 1)}) {
    fleet.replicator.remove_key(key);
    keys.remove(key, fleet.replicator.keys());
  }
  host.clock.advance(seconds(1));
  EXPECT_EQ(host.lines().size(), count - 2 + 2);
  EXPECT_EQ(host.lines().back().text, "report: end");
}

TEST_F(Report, DestroyedEarlyLeavesNoTimer) {
  for (std::size_t i = 1; i < StateReport::keys_a_slice + 1; ++i) add_key("Custom:" + std::to_string(i));
  auto report = std::make_unique<StateReport>(host, fleet.replicator, places, keys, values);
  report->begin();
  EXPECT_EQ(host.clock.timers(), 1U);
  report.reset();
  EXPECT_EQ(host.clock.timers(), 0U);
}

class ReportOfManyServers : public Report {
 protected:
  ReportOfManyServers() : Report(25) {}
};

TEST_F(ReportOfManyServers, NamesTheFirstThatDifferAndCountsTheRest) {
  fleet.origin(0, 0, in_use);
  EXPECT_THAT(line(), HasSubstr("server-21 should hold"));
  EXPECT_THAT(line(), Not(HasSubstr("server-22 should hold")));
  EXPECT_THAT(line(), HasSubstr("; and 4 more servers"));
  for (const ServerId answers : {1, 2, 3}) fleet.done(answers, 0);
  EXPECT_TRUE(line().ends_with("; and 1 more server")) << line();
}

}  // namespace
}  // namespace amibroker::replication
