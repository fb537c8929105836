// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <amibroker/testing/conformance.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../mwi.cpp"  // the plugin is this one file

namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::PluginConformance;
using amibroker::testing::PluginUnderTest;
using amibroker::testing::Request;
using Updates = std::vector<std::string>;

/// `100@default` has `new` and `old` messages.
struct Counts {
  std::string mailbox;
  std::string news;
  std::string olds;
};

/// Three servers with res_mwi_external, on which a test says what they list.
class Mailboxes : public ::testing::Test {
 protected:
  void start() {
    for (ServerId server = 0; server < 3; ++server) host.set_up(server);
    host.start(plugin);
    read();
  }

  void event(ServerId server, const Counts& counts) {
    plugin.on_event(server, MessageBuilder("MessageWaiting")
                                .add("Mailbox", counts.mailbox)
                                .add("Waiting", counts.news == "0" ? "0" : "1")
                                .add("New", counts.news)
                                .add("Old", counts.olds)
                                .message());
  }

  /// Every server that was asked for its mailboxes answers as Asterisk does, and publishes its fence.
  void read(const std::map<ServerId, std::vector<Counts>>& lists = {}) {
    std::deque<Request> kept;
    for (Request& request : std::exchange(host.requests, {})) {
      if (request.action.name() == "MWIGet") list(request, lists);
      else if (request.action.name() == "UserEvent") publish(request);
      else kept.push_back(std::move(request));
    }
    for (Request& request : host.requests) kept.push_back(std::move(request));  // what the lists led to
    host.requests = std::move(kept);
  }

  /// The updates that servers were asked for, as `<server>: <mailbox> <new>/<old>`; each is answered with success, and
  /// the servers publish the events of them.
  Updates updates() {
    Updates texts;
    for (const Request& request : std::exchange(host.requests, {})) {
      if (request.action.name() != "MWIUpdate") continue;
      const Counts counts{std::string(request.header("Mailbox")), std::string(request.header("NewMessages")),
                          std::string(request.header("OldMessages"))};
      texts.push_back(std::to_string(request.server) + ": " + counts.mailbox + " " + counts.news + "/" + counts.olds);
      request.done(Reply{Outcome::success, "", {}});
      event(request.server, counts);
    }
    return texts;
  }

  FakeHost host{{"One", "Two", "Three"}, Mwi::options, amibroker::testing::Timeouts::by_the_test};
  Mwi plugin;

 private:
  static void list(const Request& request, const std::map<ServerId, std::vector<Counts>>& lists) {
    EXPECT_EQ(request.header("Mailbox"), "/./");
    std::deque<MessageBuilder> texts;
    texts.emplace_back().add("Response", "Success").add("EventList", "start");
    if (const auto found = lists.find(request.server); found != lists.end())
      for (const Counts& counts : found->second)
        texts.emplace_back("MWIGet")
            .add("Mailbox", counts.mailbox)
            .add("OldMessages", counts.olds)
            .add("NewMessages", counts.news);
    texts.emplace_back("MWIGetComplete").add("EventList", "Complete");
    std::vector<Message> messages;
    for (const MessageBuilder& text : texts) messages.push_back(text.message());
    request.done(Reply{Outcome::success, "", messages});
  }
  void publish(const Request& fence) {
    if (fence.done) fence.done(Reply{Outcome::success, "", {}});
    MessageBuilder event("UserEvent");
    event.add("UserEvent", fence.header("UserEvent")).add("Fence", fence.header("Fence"));
    plugin.on_event(fence.server, event.message());
  }
};

TEST_F(Mailboxes, ANewMessageShowsOnAllOtherServers) {
  start();
  event(1, {"100@default", "3", "1"});
  EXPECT_EQ(updates(), (Updates{"0: 100@default 3/1", "2: 100@default 3/1"}));
  EXPECT_EQ(updates(), Updates{});  // their own events are no news
  EXPECT_EQ(host.counted("echoes"), 2U);
}

TEST_F(Mailboxes, AMailboxThatIsEmptiedOrDeletedIsEmptyEverywhere) {
  start();
  event(0, {"100@default", "2", "0"});
  updates();
  host.clock.advance(std::chrono::minutes(1));
  event(2, {"100@default", "0", "0"});  // MWIDelete publishes the same
  EXPECT_EQ(updates(), (Updates{"0: 100@default 0/0", "1: 100@default 0/0"}));
}

TEST_F(Mailboxes, AnEmptyMailboxThatNobodyHasIsNotWritten) {
  start();
  event(0, {"100@default", "0", "0"});
  EXPECT_EQ(updates(), Updates{});
}

TEST_F(Mailboxes, AServerThatWasAwayIsToldWhatItMissed) {
  start();
  event(0, {"100@default", "0", "4"});
  updates();
  host.take_down(plugin, 2);
  event(0, {"100@default", "1", "0"});
  EXPECT_EQ(updates(), (Updates{"1: 100@default 1/0"}));
  host.bring_up(plugin, 2);
  read({{2, {{"100@default", "0", "4"}}}});
  EXPECT_EQ(updates(), (Updates{"2: 100@default 1/0"}));
}

TEST_F(Mailboxes, WhatAServerHasThatTheOthersDoNotHaveIsToldThem) {
  for (ServerId server = 0; server < 3; ++server) host.set_up(server);
  host.start(plugin);
  read({{0, {{"100@default", "2", "5"}}}, {1, {{"100@default", "2", "5"}}}});
  EXPECT_EQ(updates(), (Updates{"2: 100@default 2/5"}));
}

TEST_F(Mailboxes, AServerWithVoicemailTellsOfItsMailboxesAlthoughItListsNothing) {
  for (ServerId server = 0; server < 3; ++server) host.set_up(server);
  host.start(plugin);
  for (const Request& request : host.requests)
    if (request.server == 0 && request.action.name() == "MWIGet")
      request.done(Reply{Outcome::error, "Invalid/unknown command: MWIGet. Use Action: ListCommands", {}});
  std::erase_if(host.requests, [](const Request& request) { return request.server == 0; });
  read();
  event(0, {"100@default", "1", "0"});
  EXPECT_EQ(updates(), (Updates{"1: 100@default 1/0", "2: 100@default 1/0"}));
  EXPECT_EQ(host.logged(Level::warning, "res_mwi_external_ami.so"), 1U);
}

TEST_F(Mailboxes, NumbersThatAreNoneAreCounted) {
  start();
  for (const char* number : {"", "-1", "1x", "99999999999", "0x1"}) event(0, {"100@default", number, "0"});
  event(0, {"", "1", "0"});
  EXPECT_EQ(updates(), Updates{});
  EXPECT_EQ(host.counted("bad_events"), 6U);
}

TEST_F(Mailboxes, AFilterKeepsAMailboxAtHome) {
  host.set_filters(0, {}, {"9*@default"});
  start();
  event(0, {"900@default", "1", "0"});
  EXPECT_EQ(updates(), Updates{});
  EXPECT_EQ(host.counted("ignored_events"), 1U);
  event(1, {"900@default", "1", "0"});
  EXPECT_EQ(updates(), (Updates{"0: 900@default 1/0", "2: 900@default 1/0"}));
}

}  // namespace

// What every plugin must cope with: hostile values, servers that come and go, every outcome of a request.
INSTANTIATE_TEST_SUITE_P(
    Mwi, PluginConformance,
    ::testing::Values(PluginUnderTest{
        "mwi",
        [] { return std::make_unique<Mwi>(); },
        Mwi::options,
        {{"MessageWaiting", {{"Mailbox", "100@default"}, {"Waiting", "1"}, {"New", "1"}, {"Old", "2"}}},
         {"MessageWaiting", {{"Mailbox", "100@default"}, {"Waiting", "0"}, {"New", "0"}, {"Old", "3"}}},
         {"MessageWaiting", {{"Mailbox", "200@sales"}, {"Waiting", "0"}, {"New", "0"}, {"Old", "0"}}}}}));
