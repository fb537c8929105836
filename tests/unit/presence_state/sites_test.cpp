// SPDX-License-Identifier: Apache-2.0
//
// Shared presences of several sites, on a bus.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "amibroker/testing/fake_bus.hpp"
#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/presence_state/presence_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::presence_state {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeBus;
using testing::FakeHost;
using testing::FakeHub;
using testing::ManualClock;
using testing::MessageBuilder;

constexpr const char* name = "CustomPresence:100";

/// One site with one server, which holds the status of one presentity.
class Site {
 public:
  Site(FakeHub& hub, const std::string& site, std::size_t machine)
      : host({"server"}, PresenceState::options), bus(hub.join({site}, machine)) {}

  void start() {
    host.offer<Bus>(bus);
    host.set_up(0);
    host.start(plugin);
  }
  void set(const std::string& status) {
    held = status;
    publish();
  }
  void settle() {
    for (bool busy = true; busy;) {
      busy = host.run_posted() != 0;
      replication::Lists lists;
      if (!held.empty()) lists[0].push_back({{"Event", "PresenceStateChange"}, {"Presentity", name}, {"Status", held}});
      busy |= replication::read_servers(
                  host, [&](ServerId server, const Message& event) { plugin.on_event(server, event); }, lists) != 0;
      while (!host.requests.empty() && host.requests.front().action.name() == "Setvar") {
        held = host.requests.front().header("Value");
        ++writes;
        host.answer();
        publish();
        busy = true;
      }
    }
  }

  FakeHost host;
  FakeBus& bus;
  PresenceState plugin;
  std::string held;
  std::size_t writes = 0;

 private:
  void publish() {
    MessageBuilder event("PresenceStateChange");
    event.add("Presentity", name).add("Status", held);
    plugin.on_event(0, event.message());
  }
};

class SharedBySites : public ::testing::Test {
 protected:
  Site& start(const std::string& name_of_it) {
    sites_.push_back(std::make_unique<Site>(hub_, name_of_it, sites_.size()));
    sites_.back()->start();
    return *sites_.back();
  }
  void pass(milliseconds time) {
    constexpr milliseconds step{10};
    for (milliseconds passed{0}; passed < time; passed += step) {
      for (auto& site : sites_) {
        site->host.clock.advance(step);
        site->settle();
      }
      hub_clock_.advance(step);
      for (auto& site : sites_) site->settle();
    }
  }

  ManualClock hub_clock_;
  FakeHub hub_{hub_clock_};
  std::vector<std::unique_ptr<Site>> sites_;
};

TEST_F(SharedBySites, AChangeIsOnAllSites) {
  Site& a = start("a");
  Site& b = start("b");
  pass(seconds(5));
  a.set("away");
  pass(milliseconds(50));
  EXPECT_EQ(b.held, "away");
  pass(seconds(4));  // a change that meets our write is written back once (docs/replication.md, rule 3)
  b.set("dnd");
  pass(milliseconds(50));
  EXPECT_EQ(a.held, "dnd");
  EXPECT_EQ(a.writes + b.writes, 2U);
}

TEST_F(SharedBySites, AfterACutTheLastChangeCounts) {
  Site& a = start("a");
  Site& b = start("b");
  pass(seconds(5));
  hub_.cut(a.bus, b.bus);
  a.set("away");
  pass(seconds(1));
  b.set("dnd");
  pass(seconds(1));
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(3));
  EXPECT_EQ(a.held, "dnd");
  EXPECT_EQ(b.held, "dnd");
}

TEST_F(SharedBySites, AClockThatIsSomeSecondsBehindLosesNothing) {
  Site& a = start("a");
  Site& b = start("b");
  b.bus.clock_off = seconds(-20);
  pass(seconds(5));
  a.set("away");
  pass(milliseconds(50));
  b.set("dnd");  // an answer to what it was shown
  pass(milliseconds(50));
  EXPECT_EQ(a.held, "dnd");
  EXPECT_EQ(b.held, "dnd");
}

TEST_F(SharedBySites, AClockThatIsMinutesAheadFreezesNothing) {
  Site& a = start("a");
  Site& b = start("b");
  b.bus.clock_off = minutes(10);
  pass(seconds(5));
  b.set("dnd");
  pass(seconds(1));
  a.set("away");
  pass(seconds(1));
  EXPECT_EQ(a.held, "away");
  EXPECT_EQ(a.host.logged(Level::warning, "clocks is wrong"), 1U);
  b.bus.clock_off = minutes(0);
  pass(seconds(20));
  EXPECT_EQ(a.held, "away") << "what was set last, by a right clock";
  EXPECT_EQ(b.held, "away");
  b.set("xa");
  pass(milliseconds(50));
  EXPECT_EQ(a.held, "xa");
}

TEST_F(SharedBySites, AChangeCountsThoughTheClockWasSetBackBeforeIt) {
  Site& a = start("a");
  Site& b = start("b");
  pass(seconds(5));
  a.set("away");
  pass(seconds(5));
  a.bus.clock_off = seconds(-40);
  pass(seconds(1));
  a.set("dnd");
  pass(milliseconds(50));
  EXPECT_EQ(a.held, "dnd");
  EXPECT_EQ(b.held, "dnd");
}

TEST_F(SharedBySites, WhatAThirdOneSetBeforeItWentIsToldToTheOneThatMissedIt) {
  Site& a = start("a");
  Site& b = start("b");
  Site& c = start("c");
  pass(seconds(5));
  hub_.cut(a.bus, c.bus);
  a.set("away");
  pass(milliseconds(500));
  a.bus.leave();
  pass(seconds(30));
  EXPECT_EQ(b.held, "away");
  EXPECT_EQ(c.held, "away");
}

TEST_F(SharedBySites, ANewSiteWithAnOldValueLearnsWhatCounts) {
  Site& a = start("a");
  pass(seconds(5));
  a.set("away");
  pass(seconds(1));
  sites_.push_back(std::make_unique<Site>(hub_, "b", 7));
  sites_.back()->held = "dnd";
  sites_.back()->start();
  pass(seconds(8));
  EXPECT_EQ(a.held, "away");
  EXPECT_EQ(sites_.back()->held, "away");
}

TEST_F(SharedBySites, ASiteGoneKeepsItsSharedValues) {
  Site& a = start("a");
  Site& b = start("b");
  pass(seconds(5));
  a.set("away");
  pass(seconds(1));
  a.bus.leave();
  pass(seconds(70));
  EXPECT_EQ(b.held, "away");
}

}  // namespace
}  // namespace amibroker::presence_state
