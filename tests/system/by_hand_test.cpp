// SPDX-License-Identifier: Apache-2.0
//
// What an administrator changes by hand, over the control socket: plugins and servers until the next reload, a server
// that is read again or whose messages are logged.
#include <gmock/gmock.h>

#include "tests/system/control_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ByHand : public ControlSystem {
 protected:
  [[nodiscard]] std::string reasons() const { return look("status").at("reasons").dump(); }
  [[nodiscard]] std::vector<std::string> sections() const {
    std::vector<std::string> names;
    const Json answer = look("servers");
    for (const Json& server : answer.at("servers")) names.push_back(server.at("section"));
    return names;
  }
  [[nodiscard]] std::vector<std::string> diff() const {
    return look("diff").at("changes").get<std::vector<std::string>>();
  }
  /// Until all of these servers show the device as the first one has it.
  [[nodiscard]] bool shows(std::size_t server, const std::string& device, sim::DeviceState state) {
    return eventually([&] { return shown(server, device) == state; });
  }
};

// --- Plugins by hand ------------------------------------------------------------------------------------------

TEST_F(ByHand, APluginIsStoppedAndStartedByHandUntilTheNextReload) {
  make_fleet(2);
  start_controlled(with_control({0, 1}));
  const Ran off = run({"plugin", "disable", "device_state", "--json"});
  EXPECT_EQ(off.code, 0);
  const Json stopped = Json::parse(off.output);
  EXPECT_EQ(shape(stopped), (Json{{"outcome", "string"}, {"file_changed", "boolean"}, {"next_reload", "string"}}));
  EXPECT_FALSE(stopped.at("file_changed"));
  EXPECT_THAT(stopped.at("next_reload").get<std::string>(), HasSubstr("the next reload starts it again"));
  EXPECT_EQ(one_plugin("device_state").at("state"), "stopped");
  const Json status = look("status");
  EXPECT_EQ(status.at("health"), "degraded");
  EXPECT_THAT(status.at("reasons").dump(), HasSubstr("plugin device_state is stopped by hand"));
  EXPECT_EQ(look("diff").at("changes"), Json::array({"plugin device_state: starts"}));
  EXPECT_THAT(run({"plugin", "disable", "device_state"}).output, HasSubstr("is stopped already"));
  EXPECT_THAT(daemon->output(), HasSubstr("asks for plugin-disable name=device_state"));

  const Json started = change("plugin-enable", {{"name", "device_state"}});
  EXPECT_THAT(started.at("next_reload").get<std::string>(), HasSubstr("leaves it as it is"));
  EXPECT_EQ(look("status").at("health"), "well");
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << "it does its work again";
  EXPECT_TRUE(look("diff").at("changes").empty());

  change("plugin-disable", {{"name", "presence_state"}});
  EXPECT_EQ(change("reload").at("changes"), Json::array({"plugin presence_state: starts"}));
}

TEST_F(ByHand, APluginThatTheFileDoesNotNameIsStartedByHand) {
  make_fleet(1);
  const std::string plugins = std::string("[plugins]\npath = ") + AMIBROKER_FAULTY_PLUGINS + "\n";
  start_controlled(with_control({0}, plugins));
  const Json started = change("plugin-enable", {{"name", "healthy"}});
  EXPECT_THAT(started.at("next_reload").get<std::string>(), HasSubstr("the next reload stops it"));
  EXPECT_EQ(one_plugin("healthy").at("state"), "runs");
  const std::string first_line = "plugin healthy 1.2 runs";
  EXPECT_TRUE(daemon->says(first_line)) << daemon->output();
  EXPECT_THAT(change("plugin-reload", {{"name", "healthy"}}).at("outcome").get<std::string>(),
              HasSubstr("new instance"));
  EXPECT_TRUE(daemon->says(first_line, 20s, 2)) << "another instance: " << daemon->output();
  EXPECT_EQ(change("reload").at("changes"), Json::array({"plugin healthy: stops"}));
  EXPECT_EQ(refusal_of([&] { return change("plugin-reload", {{"name", "healthy"}}); }).first, 409);

  const auto missing = refusal_of([&] { return change("plugin-enable", {{"name", "healhty"}}); });
  EXPECT_EQ(missing.first, 409);
  EXPECT_THAT(missing.second, HasSubstr("did you mean \"healthy\""));
  const auto throws = refusal_of([&] { return change("plugin-enable", {{"name", "throws_in_start"}}); });
  EXPECT_THAT(throws.second, HasSubstr("throws_in_start did not start"));
  EXPECT_EQ(refusal_of([&] { return change("plugin-enable", {{"name", "../healthy"}}); }).first, 400);
  EXPECT_EQ(refusal_of([&] { return change("plugin-disable", {{"name", "never_seen"}}); }).first, 404);
}

TEST_F(ByHand, APluginInAProcessOfItsOwnIsStartedAnewByHand) {
  make_fleet(1);
  start_controlled(with_control({0}, "[plugin presence_state]\nisolate = yes\n"));
  ASSERT_TRUE(daemon->says("plugin presence_state 0.1.0 runs in process ")) << daemon->output();
  const Json before = one_plugin("presence_state").at("process");
  change("plugin-reload", {{"name", "presence_state"}});
  ASSERT_TRUE(daemon->says("plugin presence_state 0.1.0 runs in process ", 20s, 2)) << daemon->output();
  EXPECT_NE(one_plugin("presence_state").at("process"), before);
  change("plugin-disable", {{"name", "presence_state"}});
  change("plugin-enable", {{"name", "presence_state"}});
  EXPECT_TRUE(daemon->says("plugin presence_state 0.1.0 runs in process ", 20s, 3)) << daemon->output();
}

// --- resync ---------------------------------------------------------------------------------------------------

TEST_F(ByHand, AServerIsReadAgainAndWhatWasLostIsRight) {
  make_fleet(2);
  start_controlled(with_control({0, 1}));
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  (*fleet)[0].mute_events(true);
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::not_inuse);
  (*fleet)[0].mute_events(false);
  EXPECT_THAT(change("resync", {{"name", "server-0"}}).at("outcome").get<std::string>(), HasSubstr("read the states"));
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("asks for resync name=server-0"));
  EXPECT_EQ(downs(0), 0U) << "its connection stays";
  EXPECT_EQ(run({"resync", "server-9"}).code, 64);
}

// --- Servers --------------------------------------------------------------------------------------------------

TEST_F(ByHand, AServerIsDroppedAndComesBackWithTheNextReload) {
  make_fleet(3);
  start_controlled(with_control({0, 1, 2}));
  (*fleet)[2].set_device_state("PJSIP/200", sim::DeviceState::inuse);
  ASSERT_TRUE(shows(0, "PJSIP/200", sim::DeviceState::inuse));
  const Ran ran = run({"server", "drop", "server-2", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.output;
  const Json dropped = Json::parse(ran.output);
  EXPECT_EQ(shape(dropped), (Json{{"outcome", "string"}, {"file_changed", "boolean"}, {"next_reload", "string"}}));
  EXPECT_FALSE(dropped.at("file_changed"));
  EXPECT_THAT(dropped.at("next_reload").get<std::string>(), HasSubstr("the next reload connects to it"));
  EXPECT_TRUE(shows(0, "PJSIP/200", sim::DeviceState::invalid)) << "its states go from the others";
  EXPECT_THAT(sections(), ::testing::ElementsAre("server-0", "server-1"));
  EXPECT_EQ(look("status").at("health"), "degraded");
  EXPECT_THAT(reasons(), HasSubstr("server server-2 was dropped by hand; server-add or a reload brings it back"));
  EXPECT_THAT(diff(), ::testing::ElementsAre("server 'Console 2' [server-2] is new"));
  EXPECT_THAT(daemon->output(), AllOf(HasSubstr("asks for server-drop name=server-2"),
                                      HasSubstr("server [server-2] is dropped by hand, until the next reload")));
  EXPECT_EQ(run({"server", "drop", "server-2"}).code, 64) << "there is none of this name any more";

  EXPECT_EQ(change("reload").at("changes"), Json::array({"server 'Console 2' [server-2] is new"}));
  EXPECT_TRUE(shows(0, "PJSIP/200", sim::DeviceState::inuse)) << daemon->output();
  EXPECT_TRUE(eventually([&] { return look("status").at("health") == "well"; })) << reasons();
}

TEST_F(ByHand, AServerThatTheFileDoesNotListIsAddedUntilTheNextReload) {
  make_fleet(3);
  Written written = with_control({0, 1, 2});
  std::string text = text_of(written);
  const std::string all = "sections = server-0, server-1, server-2\n";
  text.replace(text.find(all), all.size(), "sections = server-0, server-1\n");
  start(text);
  ASSERT_TRUE(daemon->says("[server-1] is up")) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::ringing);
  const Ran added = run({"server", "add", "server-2"});
  EXPECT_EQ(added.code, 0) << added.output;
  EXPECT_THAT(added.output, HasSubstr("server server-2 is added, and connects\nthe file does not list it in "
                                      "\"sections\" and is unchanged, so the next reload drops it\n"));
  EXPECT_TRUE(shows(2, "PJSIP/100", sim::DeviceState::ringing)) << daemon->output();
  EXPECT_TRUE(eventually([&] { return look("server?name=Console%202").at("up") == true; }));
  EXPECT_TRUE(eventually([&] { return look("status").at("health") == "well"; })) << reasons();
  EXPECT_THAT(run({"server", "add", "server-2"}).output, HasSubstr("is there already"));
  EXPECT_THAT(diff(), ::testing::ElementsAre(HasSubstr("[server-2]")));

  EXPECT_THAT(change("server-drop", {{"name", "server-2"}}).at("next_reload").get<std::string>(),
              HasSubstr("leaves it as it is"));
  change("server-add", {{"name", "server-2"}});
  EXPECT_EQ(change("reload").at("changes").size(), 1U);
  EXPECT_THAT(sections(), ::testing::ElementsAre("server-0", "server-1"));
}

TEST_F(ByHand, AServerThatCannotBeAddedIsRefusedWithItsLineAndNothingChanges) {
  make_fleet(2);
  const std::string same = "[again]\naddr = 127.0.0.1\n" + access_to((*fleet)[0]);
  const std::string wrong = "[wrong]\nadr = 127.0.0.1\n";
  start_controlled(with_control({0, 1}));
  put(text_of(with_control({0, 1}, same + wrong)));
  const auto refused = [&](const std::string& name) {
    return refusal_of([&] { return change("server-add", {{"name", name}}); });
  };
  EXPECT_EQ(refused("agian").first, 404);
  EXPECT_THAT(refused("agian").second, AllOf(HasSubstr("no section of a server"), HasSubstr("did you mean \"again\"")));
  EXPECT_EQ(refused("general").first, 404) << "a section of the daemon's own";
  EXPECT_EQ(refused("again").first, 409);
  EXPECT_THAT(refused("again").second, HasSubstr("is one of [server-0] already"));
  EXPECT_EQ(refused("wrong").first, 409);
  EXPECT_THAT(refused("wrong").second, AllOf(HasSubstr("config.ini:"), HasSubstr("did you mean \"addr\"")));
  std::filesystem::remove(folder.path() / "config.ini");
  EXPECT_THAT(refused("again").second, HasSubstr("cannot be opened"));
  EXPECT_THAT(sections(), ::testing::ElementsAre("server-0", "server-1"));
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(ByHand, AServerThatIsHeldStaysSoThoughItIsDroppedAndComesBack) {
  make_fleet(2);
  start_controlled(with_control({0, 1}));
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  ASSERT_TRUE(shows(1, "PJSIP/100", sim::DeviceState::inuse));
  change("hold", {{"name", "server-1"}});
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::not_inuse);
  change("server-drop", {{"name", "server-1"}});
  change("server-add", {{"name", "server-1"}});
  ASSERT_TRUE(daemon->says("[server-1] is up", 20s, 2)) << daemon->output();
  EXPECT_TRUE(look("server?name=server-1").at("held"));
  change("server-drop", {{"name", "server-1"}});
  change("reload");
  ASSERT_TRUE(daemon->says("[server-1] is up", 20s, 3)) << daemon->output();
  EXPECT_TRUE(look("server?name=server-1").at("held"));
  EXPECT_EQ(shown(1, "PJSIP/100"), sim::DeviceState::inuse) << "nothing was written there";
  change("release", {{"name", "server-1"}});
  EXPECT_TRUE(shows(1, "PJSIP/100", sim::DeviceState::not_inuse));
}

TEST_F(ByHand, WhatTheFileListsIsKnownFromAnAddOn) {
  make_fleet(3);
  start_controlled(with_control({0, 1}));
  put(text_of(with_control({0, 1, 2})));
  EXPECT_THAT(change("server-add", {{"name", "server-2"}}).at("next_reload").get<std::string>(),
              HasSubstr("leaves it as it is"));
  EXPECT_THAT(change("server-drop", {{"name", "server-2"}}).at("next_reload").get<std::string>(),
              HasSubstr("connects to it"));
  EXPECT_THAT(reasons(), HasSubstr("server-2 was dropped by hand"));
}

TEST_F(ByHand, ALastServerMayBeDroppedAndAddedAgain) {
  make_fleet(1);
  start_controlled(with_control({0}));
  change("server-drop", {{"name", "server-0"}});
  EXPECT_THAT(sections(), IsEmpty());
  EXPECT_EQ(look("status").at("health"), "failed") << "no server is up";
  change("server-add", {{"name", "server-0"}});
  EXPECT_TRUE(eventually([&] { return look("status").at("health") == "well"; })) << reasons();
  EXPECT_THAT(diff(), IsEmpty());
}

// --- trace ----------------------------------------------------------------------------------------------------

TEST_F(ByHand, ATraceShowsWhatGoesToAndFroAndEndsByItself) {
  make_fleet(2);
  start_controlled(with_control({0, 1}));
  const Json traced = change("trace", {{"name", "server-1"}, {"for", "4s"}});
  EXPECT_EQ(shape(traced), (Json{{"outcome", "string"}, {"until", "string"}}));
  EXPECT_TRUE(daemon->says("each message of server [server-1] is logged for 4 s")) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::busy);
  EXPECT_TRUE(daemon->says("server 'Console 1' [server-1] -> ")) << daemon->output();
  EXPECT_TRUE(daemon->says("Custom:PJSIP/100")) << daemon->output();
  EXPECT_TRUE(daemon->says("messages of server [server-1] are no longer logged")) << daemon->output();
  EXPECT_THAT(daemon->output(), Not(HasSubstr("[server-0] -> "))) << "only of the one that was asked for";
  EXPECT_EQ(downs(1), 0U) << "its connection stays";
  const std::size_t before = count("[server-1] -> ");
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::not_inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(count("[server-1] -> "), before);
}

TEST_F(ByHand, ATraceOfAServerThatIsDroppedEndsWithItAndWithoutAWord) {
  make_fleet(1);
  start_controlled(with_control({0}));
  change("trace", {{"name", "server-0"}, {"for", "1s"}});
  change("server-drop", {{"name", "server-0"}});
  change("server-add", {{"name", "server-0"}});
  ASSERT_TRUE(daemon->says("[server-0] is up", 20s, 2)) << daemon->output();
  change("trace", {{"name", "server-0"}, {"for", "2s"}});
  ASSERT_TRUE(daemon->says("messages of server [server-0] are no longer logged")) << daemon->output();
  EXPECT_EQ(count("messages of server [server-0] are no longer logged"), 1U) << "that of the one that is there";
}

TEST_F(ByHand, ATraceGoesOnOverANewConnectionUntilSomebodyEndsIt) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const Ran begun = run({"trace", "server-0", "--for", "10m"});
  EXPECT_EQ(begun.code, 0) << begun.output;
  (*fleet)[0].kill();
  ASSERT_TRUE(daemon->says("[server-0] is down")) << daemon->output();
  const std::size_t before = count("[server-0] <- ");
  (*fleet)[0].restart();
  ASSERT_TRUE(daemon->says("[server-0] is up", 20s, 2)) << daemon->output();
  EXPECT_GT(count("[server-0] <- "), before);
  EXPECT_THAT(run({"trace", "server-0", "--end"}).output, HasSubstr("are no longer logged"));
  EXPECT_THAT(run({"trace", "server-0", "--end"}).output, HasSubstr("is not traced"));
  EXPECT_THAT(run({"trace", "server-0", "--for", "2h"}).output, HasSubstr("at most 1h"));
  EXPECT_EQ(run({"trace", "server-9"}).code, 64);
  change("log-level", {{"level", "warning"}});
  EXPECT_EQ(refusal_of([&] { return change("trace", {{"name", "server-0"}}); }).first, 409) << "nobody would see it";
}

}  // namespace
}  // namespace amibroker::system_test
