// SPDX-License-Identifier: Apache-2.0
//
// The plugin of several sites, on a bus.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amibroker/testing/fake_bus.hpp"
#include "amibroker/testing/fake_commands.hpp"
#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {

using testing::FakeBus;
using testing::FakeCommands;
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
    host.offer<Commands>(commands);
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
  FakeCommands commands;
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
    pass(std::chrono::seconds(5));
  }
  void pass(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds step{10};
    for (std::chrono::milliseconds passed{0}; passed < time; passed += step) {
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

}  // namespace amibroker::device_state
