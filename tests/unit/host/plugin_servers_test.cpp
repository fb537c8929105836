// SPDX-License-Identifier: Apache-2.0
//
// Servers that come, change and go while plugins run.
#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

struct Unheard {
  static constexpr std::string_view extension_name = "unheard";
  static constexpr std::uint32_t extension_version = 1;
};

class PluginServers : public ScriptedFixture {
 protected:
  PluginServers() {
    first.is_up = second.is_up = false;
    script->added = [this](ServerId server) { note("added", server); };
    script->changed = [this](ServerId server) { note("changed", server); };
    script->retired = [this](ServerId server) { note("retired", server); };
    script->up = [this](ServerId server) { note("up", server); };
    script->down = [this](ServerId server) { note("down", server); };
  }
  /// What the plugin is told, and what the server is called at that moment.
  void note(const char* what, ServerId server) {
    steps.push_back(std::string(what) + ' ' + std::string(host->servers()[server].name));
  }
  FakeServer third{2};
  std::vector<std::string> steps;
};

TEST_F(PluginServers, OneThatIsAddedIsThereWhenThePluginHearsOfIt) {
  run();
  servers.all.push_back(&third);
  plugins.add_server(2, {"warehouse", "Warehouse", {"hq"}, {}, {}, "ami"});
  EXPECT_THAT(steps, ElementsAre("added Warehouse"));
  ASSERT_THAT(host->servers(), SizeIs(3));
  EXPECT_EQ(host->servers()[2].id, 2U);
  EXPECT_EQ(host->servers()[2].section, "warehouse");
  EXPECT_EQ(host->servers()[2].transport, "ami");
  EXPECT_THAT(host->servers()[2].zones, ElementsAre("hq"));
  host->request(2, Action("Ping"), 0ms, {});
  EXPECT_THAT(third.requests, SizeIs(1));
}

TEST_F(PluginServers, ThoseThatAreThereAtItsStartAreNotAdded) {
  first.is_up = true;
  script->start = [this](Host& given) { EXPECT_THAT(given.servers(), SizeIs(2)); };
  run();
  EXPECT_THAT(steps, ElementsAre("up Office"));
}

TEST_F(PluginServers, OneThatChangesShowsTheNewAndLeavesTheOldReadableUntilTheCallReturns) {
  run();
  const std::span<const ServerInfo> before = host->servers();
  const std::string_view old_name = before[1].name;
  const std::string long_name = "Branch, which has moved to a larger house on the other side of the river";
  std::string seen;
  script->changed = [&](ServerId server) {
    note("changed", server);
    seen = old_name;
  };
  plugins.change_server(1, {"branch", long_name, {}, {"PJSIP/*"}, {}, "zmq"});
  EXPECT_THAT(steps, ElementsAre("changed " + long_name));
  EXPECT_EQ(seen, "Branch");
  EXPECT_THAT(host->servers()[1].include, ElementsAre("PJSIP/*"));
}

TEST_F(PluginServers, ASpanFromBeforeIsReadableWhileThePluginHearsOfANewServer) {
  run();
  const std::span<const ServerInfo> before = host->servers();
  std::string seen;
  script->added = [&](ServerId) { seen = before[0].name; };
  for (ServerId id = 2; id < 20; ++id) {
    plugins.add_server(id, {"section", "Another"});
    if (id == 2) {
      EXPECT_EQ(seen, "Office");
    }
    script->added = nullptr;
  }
  EXPECT_THAT(host->servers(), SizeIs(20));
  EXPECT_EQ(host->servers()[0].name, "Office");
  EXPECT_EQ(host->servers()[19].id, 19U);
}

TEST_F(PluginServers, WhatAServerSaysAboutItselfIsShownOnceAndMadePrintable) {
  run();
  dispatcher.on_up(0);
  steps.clear();
  dispatcher.on_identified(0, {"22.1.0", "pbx\n1"});
  EXPECT_EQ(host->servers()[0].asterisk_version, "22.1.0");
  EXPECT_EQ(host->servers()[0].system_name, "pbx\\x0a1");
  dispatcher.on_identified(0, {"22.1.0", "pbx\n1"});
  EXPECT_THAT(steps, ElementsAre("changed Office")) << "the second time nothing was new";
  plugins.change_server(0, {"office", "Office 2"});
  EXPECT_EQ(host->servers()[0].asterisk_version, "22.1.0") << "which a change of the section leaves alone";
  EXPECT_EQ(dispatcher.is_up(0), first.is_up);
}

TEST_F(PluginServers, OneThatIsRetiredGoesDownFirstAndNothingFollowsFromIt) {
  first.is_up = true;
  script->start = [](Host& given) { given.subscribe("Probe"); };
  script->event = [this](ServerId server, const Message&) { note("event", server); };
  run();
  Outcome late = Outcome::refused;
  host->request(0, Action("Ping"), 0ms, [&](const Reply& reply) {
    late = reply.outcome;
    EXPECT_THAT(reply.messages, IsEmpty());
    EXPECT_NE(reply.text, "Pong");
  });
  plugins.retire_server(0);
  EXPECT_THAT(steps, ElementsAre("up Office", "down Office", "retired Office"));
  EXPECT_TRUE(host->servers()[0].retired);
  EXPECT_FALSE(host->is_up(0));
  steps.clear();
  event("Probe", 0);
  dispatcher.on_up(0);
  dispatcher.on_events_lost(0, 3);
  dispatcher.on_identified(0, {"22", "x"});
  plugins.change_server(0, {"office", "Office again"});
  plugins.retire_server(0);
  first.answer(dispatcher, {Outcome::success, "Pong", {}});
  EXPECT_EQ(late, Outcome::unknown) << "its request ends, without what the server answered";
  EXPECT_THAT(steps, IsEmpty());
}

TEST_F(PluginServers, ARetiredOneIsAskedForNothing) {
  run();
  plugins.retire_server(0);
  Outcome outcome = Outcome::success;
  host->request(0, Action("Ping"), 0ms, [&](const Reply& reply) { outcome = reply.outcome; });
  int answers = 0;
  host->broadcast(Action("Ping"), 99, 0ms, [&](ServerId, const Reply&) { ++answers; });
  EXPECT_THAT(first.requests, IsEmpty());
  ASSERT_THAT(second.requests, SizeIs(1));
  second.answer(dispatcher, {Outcome::success, "", {}});
  EXPECT_EQ(answers, 1);
  run_pending(loop);
  EXPECT_EQ(outcome, Outcome::refused);
  EXPECT_THAT(log(), HasSubstr("that server is retired"));
}

TEST_F(PluginServers, ExtensionsOfAnotherDaemonAreNotThere) {
  EXPECT_EQ(extension<Unheard>(run()), nullptr);
  EXPECT_EQ(host->extension(SameAsterisk::extension_name, SameAsterisk::extension_version + 1), nullptr);
}

TEST_F(PluginServers, AnAsteriskThatIsEnteredTwiceHasOneLineHoweverOftenItIsFound) {
  auto* same = extension<SameAsterisk>(run());
  ASSERT_NE(same, nullptr);
  same->found(1, 1, "a proof");
  same->found(0, 99, "a proof");
  EXPECT_THAT(log(), Not(HasSubstr("entered twice")));
  same->found(1, 0, "a proof");
  const std::string once = log();
  EXPECT_THAT(once, HasSubstr("[office]"));
  EXPECT_THAT(once, HasSubstr("are the same Asterisk, entered twice: a proof. "));
  same->found(0, 1, "another plugin's proof");
  EXPECT_THAT(log(), Not(HasSubstr("another plugin's proof")));
}

}  // namespace
}  // namespace amibroker::host
