// SPDX-License-Identifier: Apache-2.0
//
// Why a lamp is as it is, and which lamps are wrong, asked over the control socket.
#include <gmock/gmock.h>

#include "tests/system/control_fixture.hpp"
#include "tests/system/raw_client.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class LampCommandsSystem : public ControlSystem {
 protected:
  void SetUp() override {
    make_fleet(3);
    start_controlled(with_control({0, 1, 2}));
    connect();
  }
  /// Until this device is the same everywhere.
  void everywhere(const std::string& device, DeviceState state) {
    (*fleet)[0].set_device_state(device, state);
    ASSERT_TRUE(eventually([&] { return all_show(device, 0); })) << daemon->output();
  }
  /// The answer once it is so: a lamp is right for the daemon when its server has said so.
  Json look_until(const std::string& target, const std::function<bool(const Json&)>& is_so) {
    Json answer;
    EXPECT_TRUE(eventually([&] { return is_so(answer = look(target)); })) << answer.dump(2);
    return answer;
  }
  static std::vector<std::string> states_of(const Json& name) {
    std::vector<std::string> states;
    for (const Json& cell : name["cells"])
      states.push_back(cell["server"].get<std::string>() + ' ' + cell["is"].get<std::string>());
    return states;
  }
  static bool is_settled(const Json& answer) {
    const auto states = states_of(answer["names"][0]);
    return std::none_of(states.begin(), states.end(),
                        [](const std::string& state) { return state.ends_with("in_flight"); });
  }
};

TEST_F(LampCommandsSystem, ShowSaysWhoContributesAndWhatEachServerHolds) {
  everywhere("PJSIP/100", DeviceState::busy);
  const Json answer = look_until("show?name=PJSIP/100", is_settled);
  ASSERT_EQ(answer["names"].size(), 1U) << answer.dump(2);
  const Json& name = answer["names"][0];
  EXPECT_EQ(name["plugin"], "device_state");
  EXPECT_EQ(name["name"], "PJSIP/100");
  EXPECT_EQ(name["shown_as"], "Custom:PJSIP/100");
  EXPECT_EQ(name["state"], "BUSY");
  EXPECT_EQ(name["contributions"][0]["server"], "server-0");
  EXPECT_EQ(name["contributions"][0]["state"], "BUSY");
  EXPECT_THAT(states_of(name), UnorderedElementsAre("server-0 origin", "server-1 right", "server-2 right"));
  EXPECT_EQ(shape(name), Json::parse(R"({"plugin":"string","name":"string","shown_as":"string","state":"string",
      "contributions":[{"server":"string","state":"string","since":"string"}],
      "cells":[{"server":"string","should":"null","holds":"string","is":"string","why":"string","since":"null"}]})"));
}

TEST_F(LampCommandsSystem, ANameThatNobodyKnowsIsSaidToBeUnknown) {
  const auto [status, text] = refusal_of([&] { return look("show?name=pjsip/100"); });
  EXPECT_EQ(status, 404);
  EXPECT_THAT(text,
              HasSubstr("no plugin knows \"pjsip/100\". A device is written as its server writes it (PJSIP/100)"));
}

TEST_F(LampCommandsSystem, HintsAreTheLinesThatADialplanNeeds) {
  everywhere("PJSIP/100", DeviceState::busy);
  everywhere("PJSIP/anna", DeviceState::not_inuse);
  const Ran all = run({"hints"});
  EXPECT_EQ(all.code, 0);
  EXPECT_EQ(all.output,
            "; for all servers, in the context in which the phones subscribe (extensions.conf); then asterisk -rx "
            "'dialplan reload'\n"
            "exten => 100,hint,PJSIP/100&Custom:PJSIP/100,CustomPresence:100\n"
            "; PJSIP/anna: put its extension in the place of NUMBER\n"
            ";exten => NUMBER,hint,PJSIP/anna&Custom:PJSIP/anna\n");
  const Json one = Json::parse(run({"--json", "hints", "server-1", "--freepbx"}).output);
  EXPECT_EQ(shape(one), (Json{{"lines", {"string"}}, {"left_out", "number"}, {"more", "number"}}));
  EXPECT_EQ(one["lines"][1], "[from-internal-custom]");
  EXPECT_EQ(one["lines"][2], "exten => 100,hint,Custom:PJSIP/100,CustomPresence:100");
  const std::string own = run({"hints", "--freepbx", "server-0"}).output;
  EXPECT_THAT(own, ::testing::Not(HasSubstr("exten =>"))) << "FreePBX has a hint for each phone of its own";
  change("plugin-disable", {{"name", "device_state"}});
  EXPECT_EQ(refusal_of([&] { return look("hints"); }).first, 409) << "which is not the same as no phones";
  EXPECT_EQ(run({"hints", "server-1"}).code, 64);
  EXPECT_EQ(run({"hints", "server-9", "--freepbx"}).code, 64);
}

TEST_F(LampCommandsSystem, AServerThatIsHeldIsNotWrittenToUntilItsRelease) {
  everywhere("PJSIP/100", DeviceState::busy);
  EXPECT_THAT(run({"hold", "server-2"}).output, HasSubstr("server server-2 is held: nothing is written there"));
  EXPECT_THAT(run({"hold", "Console 2"}).output, HasSubstr("is held already"));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  (*fleet)[2].set_device_state("PJSIP/300", DeviceState::busy);
  const Json wrong = look_until("wrong", [](const Json& all) { return all["wrong"].size() == 1; });
  EXPECT_EQ(wrong["wrong"][0]["server"], "server-2");
  EXPECT_EQ(wrong["wrong"][0]["is"], "held");
  EXPECT_EQ(wrong["wrong"][0]["holds"], "BUSY");
  look_until("show?name=PJSIP/300", is_settled);
  EXPECT_EQ(look("server?name=server-2")["held"], true);
  EXPECT_THAT(run({"status"}).output, HasSubstr("server server-2 is held for maintenance"));
  EXPECT_THAT(run({"servers"}).output, HasSubstr("held"));
  EXPECT_THAT(run({"release", "server-2"}).output, HasSubstr("gets what it lacks"));
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << daemon->output();
  EXPECT_THAT(run({"release", "server-2"}).output, HasSubstr("is not held"));
  EXPECT_EQ(run({"hold", "nobody"}).code, 64);
}

TEST_F(LampCommandsSystem, StatusCountsThem) {
  everywhere("PJSIP/100", DeviceState::busy);
  const Json answer = look_until(
      "status", [](const Json& status) { return status["lamps"].is_object() && status["lamps"]["right"] == 2; });
  EXPECT_EQ(shape(answer["lamps"]), (Json{{"right", "number"},
                                          {"in_flight", "number"},
                                          {"waiting", "number"},
                                          {"refused", "number"},
                                          {"held", "number"},
                                          {"down", "number"}}));
  EXPECT_THAT(run({"status"}).output, HasSubstr("2 right"));
}

TEST_F(LampCommandsSystem, WrongNamesTheServerThatIsDownAndNothingElse) {
  everywhere("PJSIP/100", DeviceState::busy);
  look_until("wrong", [](const Json& answer) { return answer["wrong"].empty() && answer["more"] == 0; });
  (*fleet)[2].kill();
  ASSERT_TRUE(daemon->says("'Console 2' [server-2] is down"));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  const Json answer =
      look_until("wrong", [](const Json& all) { return all["wrong"].size() == 1 && all["wrong"][0]["is"] == "down"; });
  const Json& lamp = answer["wrong"][0];
  EXPECT_EQ(lamp["server"], "server-2");
  EXPECT_EQ(lamp["should"], "RINGING");
  EXPECT_EQ(lamp["holds"], "BUSY");
  EXPECT_EQ(lamp["why"], "is down");
  EXPECT_EQ(shape(lamp), Json::parse(R"({"plugin":"string","name":"string","server":"string","should":"string",
      "holds":"string","is":"string","why":"string","since":"string"})"));
}

TEST_F(LampCommandsSystem, TheBoardHasASnapshotAndThenWhatHappens) {
  everywhere("PJSIP/100", DeviceState::busy);
  RawClient board(socket(), get("/v1/board"));
  const std::string lamp = R"({"cells":"orr","name":"Custom:PJSIP/100","plugin":"device_state","state":)";
  std::string seen;
  // The first reader's snapshot may be taken before the plugins have told all.
  EXPECT_TRUE(board.sees({"event: snapshot\n", lamp + "\"BUSY\"}"}, seen)) << seen;
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(board.sees(
      {"event: lamp\n", lamp + "\"RINGING\"}", "event: change\n", R"("server":"server-0","state":"RINGING"})"}, seen))
      << seen;
  (*fleet)[2].kill();
  EXPECT_TRUE(board.sees({"event: server\n", R"("section":"server-2")", R"("up":false)"}, seen)) << seen;
}

TEST_F(LampCommandsSystem, MetricsCountLampsAndHowLongTheyTook) {
  everywhere("PJSIP/100", DeviceState::busy);
  EXPECT_TRUE(eventually([&] {
    std::string text;
    RawClient metrics(socket(), get("/metrics"));
    return metrics.sees({"process_start_time_seconds "}, text) &&
           text.find("amibroker_lamps{state=\"right\"} 2\n") != std::string::npos &&
           text.find("amibroker_lamp_delay_seconds_count{plugin=\"device_state\"} 2\n") != std::string::npos;
  }));
}

TEST_F(LampCommandsSystem, APluginIsAskedForACommandOfItsOwn) {
  everywhere("PJSIP/100", DeviceState::busy);
  Json answer = change("ask", {{"plugin", "device_state"}, {"command", "delays"}});
  EXPECT_TRUE(answer["answer"]["sum_seconds"].is_number());
  answer["answer"].erase("sum_seconds");  // 0 is a number of another kind
  EXPECT_EQ(shape(answer),
            Json::parse(R"({"plugin":"string","answer":{"limits_seconds":["seconds"],"counts":["number"]}})"));
  EXPECT_TRUE(daemon->says("asks for ask command=delays plugin=device_state"));
}

TEST_F(LampCommandsSystem, AQuestionThatNobodyAnswersSaysWhy) {
  const auto refused = [&](const Json& arguments) {
    const auto [status, text] = refusal_of([&] { return change("ask", arguments); });
    return std::to_string(status) + ' ' + text;
  };
  EXPECT_THAT(
      refused({{"plugin", "devicestate"}, {"command", "delays"}}),
      HasSubstr("404 there is no plugin \"devicestate\" that runs or ran; the command plugins lists them (did you mean "
                "\"device_state\"?)"));
  EXPECT_THAT(refused({{"plugin", "device_state"}, {"command", "dance"}}),
              HasSubstr("404 plugin device_state has no command \"dance\""));
  EXPECT_THAT(refused({{"plugin", "device_state"}, {"command", "wrong"}, {"arguments", "from=x"}}),
              HasSubstr("400 plugin device_state: from: a number is needed"));
  EXPECT_THAT(refused({{"plugin", "device_state"}, {"command", "wrong"}, {"arguments", "=x"}}),
              HasSubstr("400 arguments: write name=value&name=value, each name once"));
}

}  // namespace
}  // namespace amibroker::system_test
