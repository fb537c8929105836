// SPDX-License-Identifier: Apache-2.0
//
// Simulated servers and the daemon that joins them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/fleet.hpp"
#include "tests/system/daemon.hpp"

namespace amibroker::system_test {

class System : public ::testing::Test {
 protected:
  void make_fleet(std::size_t servers, const sim::ServerOptions& options = {}) {
    fleet = std::make_unique<sim::Fleet>(servers, options);
  }
  /// One server for each of the options, with the names `a1`, `a2`, …
  void make_fleet(std::vector<sim::ServerOptions> options) {
    for (std::size_t i = 0; i < options.size(); ++i) options[i].asterisk.system_name = "a" + std::to_string(i + 1);
    fleet = std::make_unique<sim::Fleet>(options);
    for (const auto& one : options) accounts.push_back(one.ami);
  }
  /// `general`: lines of [general]; `more`: sections after those of the servers.
  [[nodiscard]] std::string config(const std::string& general = {}, const std::string& more = {}) const {
    std::string text = "[general]\ndevice_state = yes\npresence = yes\n" + general + "[servers]\nsections = ";
    std::string sections;
    for (const sim::Server& server : fleet->servers()) {
      const std::string name = "server-" + std::to_string(server.index());
      text += (server.index() > 0 ? ", " : "") + name;
      sections += "[" + name + "]\nname = Console " + std::to_string(server.index()) + "\naddr = 127.0.0.1\n" +
                  access_to(server);
    }
    return is_isolated() ? isolated(text + "\n" + sections + more) : text + "\n" + sections + more;
  }
  /// The same, with both plugins in processes of their own.
  [[nodiscard]] static std::string isolated(std::string text) {
    for (const std::string section : {"[plugin device_state]\n", "[plugin presence_state]\n"}) {
      if (text.find(section) == text.npos) text += section;
      text.insert(text.find(section) + section.size(), "isolate = yes\n");
    }
    return text;
  }
  /// The keys of its wire. A native server needs a fleet that was made of a vector.
  [[nodiscard]] std::string access_to(const sim::Server& server) const {
    if (server.transport() == sim::Transport::zmq)
      return "cmd_port = " + std::to_string(server.command_port()) +
             "\nevt_port = " + std::to_string(server.event_port()) + "\n";
    const sim::AmiOptions& account = accounts.at(server.index());
    const auto other = secrets.find(server.index());
    return "transport = ami\nport = " + std::to_string(server.ami_port()) + "\nusername = " + account.username +
           "\nsecret = " + (other != secrets.end() ? other->second : account.secret) + "\n" +
           (account.certificate.empty() ? "" : "tls = yes\nca_file = " + ca_file + "\n");
  }
  void start(const std::string& text) {
    daemon = std::make_unique<Daemon>(AMIBROKER_DAEMON, std::vector{folder.write("config.ini", text)});
  }
  void start_and_connect(const std::string& general = {}, const std::string& more = {}) {
    start(config(general, more));
    connect();
  }
  /// Each server that lives is up, as the daemon sees it.
  void connect() {
    ASSERT_TRUE(fleet->wait_for_broker(in(20s))) << daemon->output();
    for (const sim::Server& server : fleet->servers()) {
      if (!server.is_alive()) continue;
      ASSERT_TRUE(daemon->says("'Console " + std::to_string(server.index()) + "' [server-" +
                               std::to_string(server.index()) + "] is up"))
          << daemon->output();
    }
    if (!is_isolated()) return;
    for (const std::string plugin : {"device_state", "presence_state"})
      ASSERT_TRUE(daemon->says("plugin " + plugin + " 0.1.0 runs in process ")) << daemon->output();
    // What is published before the servers hear of the subscriptions reaches nobody; a server that is to send all
    // events names none of them.
    static_cast<void>(
        fleet->wait_until(in(2s), [this] { return all_name("DeviceStateChange") && all_name("PresenceStateChange"); }));
  }
  /// Each server is asked for events of this name.
  [[nodiscard]] bool all_name(const std::string& event) const {
    return std::all_of(fleet->servers().begin(), fleet->servers().end(), [&](const sim::Server& server) {
      if (!server.is_alive()) return true;
      if (server.transport() == sim::Transport::zmq) return server.topics().contains(R"({"Event":")" + event + '"');
      const auto filters = server.filters();
      return std::any_of(filters.begin(), filters.end(),
                         [&](const std::string& filter) { return filter.find(event) != std::string::npos; });
    });
  }
  [[nodiscard]] static bool is_isolated() { return std::getenv("AMIBROKER_ISOLATE") != nullptr; }
  [[nodiscard]] bool eventually(const std::function<bool()>& predicate) {
    return fleet->wait_until(in(20s), predicate);
  }
  /// All servers but `origin` hold the origin's state of this device.
  [[nodiscard]] bool all_show(const std::string& device, std::size_t origin) {
    const auto state = (*fleet)[origin].device_state(device);
    for (const sim::Server& server : fleet->servers())
      if (server.index() != origin && server.is_alive() && server.device_state("Custom:" + device) != state)
        return false;
    return true;
  }
  [[nodiscard]] std::vector<std::string> written(std::size_t server, const std::string& key) const {
    std::vector<std::string> values;
    for (const sim::Write& write : (*fleet)[server].history(key)) values.push_back(write.value);
    return values;
  }
  static sim::Clock::time_point in(std::chrono::milliseconds time) { return sim::Clock::now() + time; }

  void TearDown() override {
    if (!daemon) return;
    EXPECT_EQ(daemon->stop(), 0) << daemon->output();
    if (HasFailure()) std::fputs(daemon->output().c_str(), stderr);
  }

  TemporaryFolder folder;
  std::unique_ptr<sim::Fleet> fleet;
  std::vector<sim::AmiOptions> accounts;       // of a fleet with options of its own
  std::map<std::size_t, std::string> secrets;  // that config() writes instead of a server's own
  std::string ca_file;                         // for all native servers with TLS
  std::unique_ptr<Daemon> daemon;
};

}  // namespace amibroker::system_test
