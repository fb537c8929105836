// SPDX-License-Identifier: Apache-2.0
//
// The plugin of several sites, on a bus.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amibroker/testing/fake_bus.hpp"
#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeBus;
using testing::FakeHost;
using testing::FakeHub;
using testing::ManualClock;
using testing::MessageBuilder;
using Held = std::map<std::string, std::string>;

/// One site: a broker with some servers, each of which holds what it is written.
class Site {
 public:
  Site(FakeHub& hub, const std::string& name, std::size_t servers, bool hinted)
      : host(std::vector<std::string>(servers, "server"), DeviceState::options),
        bus(hub.join({.site = name, .hinted = hinted})),
        held(servers),
        own(servers) {}

  void set_zones(ServerId server, std::vector<std::string> zones) { host.set_zones(server, std::move(zones)); }

  void start() {
    host.offer<Bus>(bus);
    for (ServerId server = 0; server < held.size(); ++server) host.set_up(server);
    host.start(plugin);
  }

  void say(ServerId server, const std::string& device, const std::string& state) {
    own[server][device] = state;
    MessageBuilder event("DeviceStateChange");
    event.add("Device", device).add("State", state);
    plugin.on_event(server, event.message());
  }

  /// Answers and time, until nothing is left to do.
  void settle() {
    for (bool busy = true; busy;) {
      busy = host.run_posted() != 0;
      busy |= read() != 0;
      busy |= write() != 0;
      busy |= list_hints() != 0;
    }
  }

  FakeHost host;
  FakeBus& bus;
  DeviceState plugin;
  std::vector<Held> held;  ///< by server: what was written
  std::vector<Held> own;   ///< by server: its own devices
  std::map<ServerId, std::vector<std::string>> hints;
  bool lists_hints = true;
  std::size_t writes = 0;

 private:
  std::size_t read() {
    replication::Lists lists;
    for (ServerId server = 0; server < held.size(); ++server)
      for (const Held* devices : {&held[server], &own[server]})
        for (const auto& [device, state] : *devices)
          lists[server].push_back({{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}});
    return replication::read_servers(
        host, [&](ServerId server, const Message& event) { plugin.on_event(server, event); }, lists);
  }

  std::size_t list_hints() {
    std::size_t count = 0;
    for (; !host.requests.empty() && host.requests.front().action.name() == "ExtensionStateList"; ++count) {
      const ServerId server = host.requests.front().server;
      if (!lists_hints) {
        host.answer(Outcome::error, "Permission denied");
        continue;
      }
      std::vector<MessageBuilder> items(hints[server].size());
      std::vector<Message> messages;
      for (std::size_t i = 0; i < items.size(); ++i)
        messages.push_back(items[i].add("Event", "ExtensionStatus").add("Hint", hints[server][i]).message());
      host.answer(Outcome::success, "", messages);
    }
    return count;
  }

  std::size_t write() {
    std::size_t count = 0;
    for (; !host.requests.empty() && host.requests.front().action.name() == "Setvar"; ++count) {
      const testing::Request& request = host.requests.front();
      std::string name(request.header("Variable"));
      name = name.substr(name.find('(') + 1, name.size() - name.find('(') - 2);
      const ServerId server = request.server;
      const std::string value(request.header("Value"));
      held[server][name] = value;
      ++writes;
      host.answer();
      MessageBuilder event("DeviceStateChange");
      event.add("Device", name).add("State", value);
      plugin.on_event(server, event.message());
    }
    return count;
  }
};

class Sites : public ::testing::Test {
 protected:
  Site& add(const std::string& name, std::size_t servers = 1, bool hinted = false) {
    sites_.push_back(std::make_unique<Site>(hub_, name, servers, hinted));
    return *sites_.back();
  }
  void start_all() {
    for (auto& site : sites_) site->start();
    pass(seconds(5));
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

TEST_F(Sites, ACallOnOneShowsOnTheOther) {
  Site& a = add("a", 2);
  Site& b = add("b", 2);
  start_all();
  a.say(0, "PJSIP/100", "RINGING");
  pass(milliseconds(50));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "RINGING");
  EXPECT_EQ(b.held[1]["Custom:PJSIP/100"], "RINGING");
  EXPECT_EQ(a.held[1]["Custom:PJSIP/100"], "RINGING");
  a.say(0, "PJSIP/100", "INUSE");
  a.say(0, "PJSIP/100", "NOT_INUSE");
  pass(milliseconds(50));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "NOT_INUSE");
  EXPECT_EQ(b.writes, 4U);
}

TEST_F(Sites, WhatWasThereBeforeIsAskedFor) {
  Site& a = add("a", 1);
  Site& b = add("b", 1);
  a.own[0] = {{"PJSIP/100", "INUSE"}, {"PJSIP/101", "NOT_INUSE"}};
  start_all();
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}, {"Custom:PJSIP/101", "NOT_INUSE"}}));
  EXPECT_EQ(b.writes, 2U);
}

TEST_F(Sites, StatesOfAllSitesAreCombined) {
  Site& a = add("a");
  Site& b = add("b");
  Site& c = add("c");
  start_all();
  a.say(0, "PJSIP/100", "RINGING");
  b.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(50));
  EXPECT_EQ(c.held[0]["Custom:PJSIP/100"], "RINGINUSE");
  EXPECT_EQ(a.held[0]["Custom:PJSIP/100"], "INUSE");
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "RINGING");
}

TEST_F(Sites, WhatWasLostIsAskedFor) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  hub_.cut(a.bus, b.bus);
  a.say(0, "PJSIP/100", "INUSE");
  pass(seconds(2));
  EXPECT_EQ(b.held[0].count("Custom:PJSIP/100"), 0U);
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(2));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
}

TEST_F(Sites, ASiteThatIsLostIsNotShown) {
  Site& a = add("a");
  Site& b = add("b");
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  pass(seconds(1));
  hub_.cut(a.bus, b.bus);
  pass(seconds(59));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
  pass(seconds(3));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INVALID");
  hub_.cut(a.bus, b.bus, false);
  pass(seconds(2));
  EXPECT_EQ(b.held[0]["Custom:PJSIP/100"], "INUSE");
}

TEST_F(Sites, OnlyWhoSharesAZoneIsShown) {
  Site& a = add("a", 2);
  Site& b = add("b", 2);
  a.set_zones(0, {"north"});
  a.set_zones(1, {"south"});
  b.set_zones(0, {"north"});
  b.set_zones(1, {"east"});
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  a.say(1, "PJSIP/200", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_TRUE(b.held[1].empty());
}

TEST_F(Sites, WithHintedOnlyWhatHintsNeedIsWritten) {
  Site& a = add("a");
  Site& b = add("b", 2, true);
  b.hints[0] = {"PJSIP/7&Custom:PJSIP/100,CustomPresence:7"};
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  a.say(0, "PJSIP/200", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_TRUE(b.held[1].empty());
  b.hints[1] = {"Custom:PJSIP/200"};
  pass(seconds(400));
  EXPECT_EQ(b.held[1], (Held{{"Custom:PJSIP/200", "INUSE"}}));
  EXPECT_EQ(b.held[0].size(), 1U);
}

TEST_F(Sites, AServerThatDoesNotListItsHintsIsWrittenAll) {
  Site& a = add("a");
  Site& b = add("b", 1, true);
  b.lists_hints = false;
  start_all();
  a.say(0, "PJSIP/100", "INUSE");
  pass(milliseconds(100));
  EXPECT_EQ(b.held[0], (Held{{"Custom:PJSIP/100", "INUSE"}}));
  EXPECT_EQ(b.host.logged(Level::warning, "its hints cannot be listed (Permission denied)"), 1U);
}

}  // namespace
}  // namespace amibroker::device_state
