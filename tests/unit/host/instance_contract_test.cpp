// SPDX-License-Identifier: Apache-2.0
//
// What a plugin is promised, in the daemon's process and in one of its own: the same tests over both.
#include <filesystem>
#include <fstream>

#include "tests/unit/host/isolated_fixture.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

class InstanceContract : public PuppetFixture, public ::testing::WithParamInterface<const char*> {
 protected:
  void run(const std::vector<base::Setting>& more = {}) {
    std::vector<base::Setting> settings{{"isolate", GetParam(), 2}, {"word", "hello", 3}};
    settings.insert(settings.end(), more.begin(), more.end());
    start(settings);
  }
  PluginAnswer ask(std::string_view command, const std::vector<Field>& arguments = {}) {
    std::optional<PluginAnswer> said;
    puppet().ask(command, arguments, [&](PluginAnswer answer) { said = std::move(answer); });
    base::run_until(loop, [&] { return said.has_value(); });
    return std::move(said).value_or(PluginAnswer{});
  }
};

/// "json ...", "failure ..." or "unknown".
std::string text_of(const PluginAnswer& answer) {
  if (answer.kind == PluginAnswer::Kind::unknown) return "unknown";
  return (answer.kind == PluginAnswer::Kind::json ? "json " : "failure ") + answer.text;
}

INSTANTIATE_TEST_SUITE_P(Both, InstanceContract, ::testing::Values("no", "yes"),
                         [](const auto& info) { return std::string(info.param) == "yes" ? "Isolated" : "InProcess"; });

TEST_P(InstanceContract, StartsWithItsOptionsAndTheServersThatAreUp) {
  run();
  EXPECT_THAT(servers.seen, ElementsAre("start hello", "up 0"));
  EXPECT_TRUE(puppet().running());
  EXPECT_EQ(puppet().name(), "puppet");
  EXPECT_THAT(log(), HasSubstr("info plugin puppet 1.0 runs"));
}

TEST_P(InstanceContract, AnEventComesWithAllItsHeadersInOrder) {
  run();
  servers.seen.clear();
  event({{"Event", "Order"}, {"Do", "echo"}, {"Variable", "a=1"}, {"Variable", ""}, {"x", "\xff\x01|"}}, 1);
  wait_for("event 1 Event=Order|Do=echo|Variable=a=1|Variable=|x=\xff\x01|");
  EXPECT_THAT(servers.seen, SizeIs(1));
}

TEST_P(InstanceContract, ACommandIsAnsweredWithItsArguments) {
  run();
  EXPECT_EQ(text_of(ask("echo", {{"name", "PJSIP/100"}, {"empty", ""}})), R"(json {"said":"name=PJSIP/100|empty="})");
  EXPECT_EQ(text_of(ask("echo")), R"(json {"said":""})");
  EXPECT_EQ(text_of(ask("unheard-of")), "unknown");
  EXPECT_EQ(text_of(ask("Wrong Name")), "unknown");
  EXPECT_THAT(log(), HasSubstr("puppet called Commands::answer, which did nothing: a command's name is 1 to 40 of"));
}

TEST_P(InstanceContract, WhatACommandThrowsIsToldToWhoAskedAndIsNoFault) {
  run();
  EXPECT_EQ(text_of(ask("refuse")), "failure no\\x0asuch name");
  EXPECT_EQ(text_of(ask("throw-what")), "failure the plugin threw something that is no std::exception");
  EXPECT_EQ(puppet().statistics().faults, 0U);
}

TEST_P(InstanceContract, AnAnswerIsBounded) {
  run();
  EXPECT_EQ(text_of(ask("much")), "failure the plugin's answer is longer than 4 MiB; report it to the plugin's author");
  EXPECT_EQ(text_of(ask("nothing")), "failure the plugin's answer is empty");
  EXPECT_EQ(ask("most").text.size(), std::size_t{4} << 20);
}

TEST_P(InstanceContract, ACommandMaySetItselfAnew) {
  run();
  EXPECT_EQ(text_of(ask("again")), "json 1");
  EXPECT_EQ(text_of(ask("again")), "json 2");
}

TEST_P(InstanceContract, APluginThatIsStoppedAnswersNothing) {
  run();
  plugins.stop();
  EXPECT_THAT(text_of(ask("echo")), HasSubstr("failure the plugin"));
}

TEST_P(InstanceContract, OnlyWhatWasSubscribedComes) {
  run();
  order("subscribe", "Hangup"), settle();
  servers.seen.clear();
  event({{"Event", "Other"}}), event({{"Event", "Hangup"}, {"n", "1"}});
  wait_for("event 0 Event=Hangup|n=1");
  order("unsubscribe", "hangup"), settle();
  event({{"Event", "Hangup"}, {"n", "2"}});
  settle();
  EXPECT_THAT(servers.seen, ElementsAre("event 0 Event=Hangup|n=1"));
}

TEST_P(InstanceContract, ARequestIsSentAndItsAnswerComesWithAllMessages) {
  run();
  event({{"Event", "Order"}, {"Do", "request"}, {"Text", "Setvar"}, {"Header", "a=1"}, {"Header", "b=2"}});
  base::run_until(loop, [&] { return !servers.requests.empty(); });
  const auto& request = servers.requests.front();
  EXPECT_EQ(request.server, 1U);
  EXPECT_EQ(request.action, Action("Setvar").add("Variable", "a=1").add("Variable", "b=2"));
  EXPECT_EQ(request.timeout, 250ms);
  const std::vector<Field> first{{"Response", "Success"}, {"Message", "Fine"}}, second{{"Item", "1"}, {"Item", "2"}};
  const std::vector<Message> messages{Message(first), Message(second)};
  dispatcher.on_answer(1, request.owner, request.done, {Outcome::success, "Fine", messages});
  wait_for("answer success Fine [Response=Success|Message=Fine] [Item=1|Item=2]");
}

TEST_P(InstanceContract, ABroadcastIsAnsweredForEachServer) {
  run();
  order("broadcast", "Ping");
  base::run_until(loop, [&] { return !servers.requests.empty(); });
  ASSERT_THAT(servers.requests, SizeIs(1));
  dispatcher.on_answer(1, servers.requests[0].owner, servers.requests[0].done, {Outcome::unknown, "", {}});
  wait_for("broadcast 1 outcome unknown");
}

TEST_P(InstanceContract, OnlyActionsThatAllowNamesAreSentAndAChangeIsAtOnce) {
  run({{"allow", "seen, Setvar", 4}});
  const PluginInstance* const instance = puppet().instance();
  const IsolatedInstance* const apart = puppet().apart();
  order("request", "Originate");
  wait_for("answer refused allow in [plugin puppet] does not name the action Originate");
  order("broadcast", "Originate"), wait_for("broadcast 1 refused");
  EXPECT_THAT(servers.requests, IsEmpty());
  EXPECT_THAT(log(), HasSubstr("warning plugin puppet asked for the action Originate, which is not sent"));
  EXPECT_THAT(log(), Not(HasSubstr("asked for an action on server"))) << "one line is enough";
  EXPECT_THAT(puppet().summary(), HasSubstr(", 2 actions refused (allow)"));

  EXPECT_THAT(reload({{"isolate", GetParam(), 2}, {"word", "hello", 3}, {"allow", "Seen, ORIGINATE", 4}}),
              ElementsAre("plugin puppet: its allow is ORIGINATE, Seen, was seen, Setvar"));
  order("request", "Originate");
  base::run_until(loop, [&] { return !servers.requests.empty(); });
  EXPECT_EQ(puppet().instance(), instance);
  EXPECT_EQ(puppet().apart(), apart) << "the same process goes on";
  EXPECT_THAT(servers.seen, Not(Contains("stop")));
}

TEST_P(InstanceContract, TimersAndPostsRunInThePlugin) {
  run();
  order("after"), wait_for("after");
  order("every"), wait_for("every", 3);
  order("post"), wait_for("posted");
}

TEST_P(InstanceContract, ServersThatComeChangeAndGoAreTold) {
  run();
  plugins.add_server(2, {"lab", "Lab", {"berlin", "hq"}});
  wait_for("added 2 lab Lab zone=berlin zone=hq ");
  dispatcher.on_up(2), wait_for("up 2");
  dispatcher.on_identified(2, {"22.1.0", "lab"});
  wait_for("changed 2 lab Lab zone=berlin zone=hq 22.1.0");
  plugins.change_server(2, {"lab", "Laboratory"});
  wait_for("changed 2 lab Laboratory 22.1.0");
  EXPECT_TRUE(plugins.hold_server(2, true));
  EXPECT_FALSE(plugins.hold_server(2, true));
  wait_for("changed 2 lab Laboratory 22.1.0 held");
  EXPECT_TRUE(plugins.hold_server(2, false));
  wait_for("changed 2 lab Laboratory 22.1.0", 2);
  dispatcher.on_events_lost(2, 7), wait_for("lost 2 7");
  servers.seen.clear();
  plugins.retire_server(2), wait_for("retired 2");
  EXPECT_THAT(servers.seen, ElementsAre("down 2", "retired 2"));
  EXPECT_FALSE(plugins.hold_server(2, true)) << "it is gone";
  EXPECT_FALSE(plugins.hold_server(99, true));
}

TEST_P(InstanceContract, WhatTheHostKnowsIsThere) {
  run();
  order("state");
  wait_for("up 10 verbose 1 servers 2 folder  same_asterisk 1");
}

TEST_P(InstanceContract, AFolderOfStateIsMadeWhenItIsFirstAskedForAndMayBeWritten) {
  const TempFolder all;
  plugins.set_state_folder(all.path());
  run();
  const std::filesystem::path folder = all.path() / "puppet";
  EXPECT_FALSE(std::filesystem::exists(folder));
  order("write", "for later");
  wait_for("wrote " + folder.string() + "/kept");
  std::string kept;
  std::getline(std::ifstream(folder / "kept"), kept);
  EXPECT_EQ(kept, "for later");
  EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
}

TEST_P(InstanceContract, AnotherSecretIsNamedAndNotShownAlsoIfItIsInAFile) {
  const TempFolder files;
  const std::string file = files.write("password", "first-hush").string();
  const base::Setting isolate{"isolate", GetParam(), 2};
  run({{"password_file", file, 4}});
  order("password"), wait_for("password first-hush");
  EXPECT_THAT(reload({isolate, {"word", "hello", 3}, {"password_file", file, 4}}), IsEmpty());

  files.write("password", "second-hush");
  EXPECT_THAT(reload({isolate, {"word", "hello", 3}, {"password_file", file, 4}}),
              ElementsAre("plugin puppet: its option password is another secret"));
  wait_for("start hello", 2), wait_for("up 0", 2);
  order("password"), wait_for("password second-hush");
  EXPECT_THAT(reload({isolate, {"word", "hello", 3}, {"password", "second-hush", 4}}), IsEmpty()) << "the same value";
  EXPECT_THAT(reload({isolate, {"word", "bye", 3}, {"password", "third-hush", 4}}),
              ElementsAre("plugin puppet: its option word is bye, was hello",
                          "plugin puppet: its option password is another secret"));
  wait_for("start bye");
  EXPECT_THAT(log(), Not(HasSubstr("hush")));
}

TEST_P(InstanceContract, LinesAndReportsReachTheLogWithTheName) {
  run();
  order("log", "one\ntwo");
  wait_for_log("warning plugin puppet: one\\x0atwo\n");
  dispatcher.report();
  wait_for_log("info plugin puppet: its report\n");
}

TEST_P(InstanceContract, CountersAreKnown) {
  run();
  order("count"), order("count");
  base::run_until(loop, [&] { return !puppet().counters().values().empty(); });
  base::run_until(loop, [&] { return puppet().counters().values().front().second == 2; });
  EXPECT_THAT(puppet().counters().values(), ElementsAre(Pair("orders", 2)));
}

TEST_P(InstanceContract, AnExceptionCostsOneCall) {
  run();
  order("throw");
  wait_for_log("error plugin puppet threw in on_event: told to throw");
  settle();
  EXPECT_TRUE(puppet().running());
}

TEST_P(InstanceContract, StopIsTheLastCallAndItsActionsAreStillSent) {
  run();
  servers.seen.clear();
  plugins.stop();
  EXPECT_THAT(servers.seen, ElementsAre("stop"));
  EXPECT_FALSE(puppet().running());
  order("echo");
  base::run_pending(loop);
  EXPECT_THAT(servers.seen, ElementsAre("stop"));
}

}  // namespace
}  // namespace amibroker::host
