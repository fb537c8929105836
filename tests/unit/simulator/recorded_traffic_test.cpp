// SPDX-License-Identifier: Apache-2.0
//
// The simulator's messages beside the ones that real Asterisk 16 and 22 sent (tests/data).
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/actions.hpp"

namespace amibroker::sim {
namespace {

using Json = nlohmann::ordered_json;

// Events of that name: the header that tells them apart, and a value of it.
std::vector<std::string> recorded_events(const std::string& version, const std::string& name) {
  std::ifstream file(std::string(AMIBROKER_TEST_DATA) + "/zmq-" + version + ".jsonl");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    if (Json::parse(line).at("Event") == name) found.push_back(line);
  }
  return found;
}

// Replies in text form with this ActionID.
std::vector<Fields> recorded_replies(const std::string& version, const std::string& action_id) {
  std::ifstream file(std::string(AMIBROKER_TEST_DATA) + "/ami-" + version + ".txt");
  std::vector<Fields> found;
  Fields message;
  const auto take = [&] {
    if (value_of(message, "ActionID") == action_id) found.push_back(message);
    message.clear();
  };
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const auto colon = line.find(": ");
    if (line.empty()) {
      take();
    } else {
      message.emplace_back(line.substr(0, colon), colon == std::string::npos ? "" : line.substr(colon + 2));
    }
  }
  take();
  return found;
}

std::string only(const std::vector<Fields>& events, std::size_t index = 0) {
  return event_frame(Module::original, events.at(index), {});
}

class RecordedTraffic : public ::testing::TestWithParam<std::string> {
 protected:
  std::string version_ = GetParam();
  Asterisk asterisk_{{.system_name = version_ == "16" ? "a1" : "a3", .extension_status = true}};

  ActionResult run(const std::string& name, const std::string& id, const std::string& rest = "") {
    return run_action(asterisk_, Module::ours, R"({"Action":")" + name + R"(","ActionID":")" + id + "\"" + rest + "}");
  }
};

TEST_P(RecordedTraffic, DeviceStateChangeIsEqualByteForByte) {
  const auto recorded = recorded_events(version_, "DeviceStateChange");
  ASSERT_FALSE(recorded.empty());
  for (const auto& line : recorded) {
    const auto json = Json::parse(line);
    asterisk_ = Asterisk(asterisk_.options());
    const auto state = writable_device_state(json.at("State").get<std::string>());
    EXPECT_EQ(only(asterisk_.set_device(json.at("Device").get<std::string>(), state.value())), line);
  }
}

TEST_P(RecordedTraffic, ExtensionStatusIsEqualByteForByte) {
  const auto recorded = recorded_events(version_, "ExtensionStatus");
  ASSERT_FALSE(recorded.empty());
  for (const auto& line : recorded) {
    const auto json = Json::parse(line);
    for (const auto state :
         {DeviceState::not_inuse, DeviceState::inuse, DeviceState::ringing, DeviceState::ringinuse}) {
      if (json.at("Status") != extension_state(state).number) continue;
      asterisk_ = Asterisk(asterisk_.options());
      EXPECT_EQ(only(asterisk_.set_device("PJSIP/" + json.at("Exten").get<std::string>(), state), 1), line);
    }
  }
}

TEST_P(RecordedTraffic, PresenceStateChangeIsEqualByteForByte) {
  const auto recorded = recorded_events(version_, "PresenceStateChange");
  ASSERT_FALSE(recorded.empty());
  for (const auto& line : recorded) {
    const auto json = Json::parse(line);
    EXPECT_EQ(only(asterisk_.set_presence(json.at("Presentity").get<std::string>(),
                                          {json.at("Status"), json.at("Subtype"), json.at("Message")})),
              line);
  }
}

TEST_P(RecordedTraffic, DeviceStateListIsEqual) {
  asterisk_.set_device("Custom:lamp", DeviceState::busy);
  asterisk_.set_device("PJSIP/100", DeviceState::not_inuse);
  asterisk_.set_device("PJSIP/200", DeviceState::not_inuse);
  EXPECT_EQ(run("DeviceStateList", "d1").replies, recorded_replies(version_, "d1"));
}

TEST_P(RecordedTraffic, PresenceStateListIsEqualExceptForTheOrderOfItsItems) {
  asterisk_.set_presence("CustomPresence:100", {"xa", "sub", "msg"});
  run("Setvar", "x",
      R"-(,"Variable":"PRESENCE_STATE(CustomPresence:a b)","Value":"away,c3Vi,bWVzc2FnZSwgd2l0aCBjb21tYQ==,e")-");
  EXPECT_THAT(run("PresenceStateList", "p1").replies,
              ::testing::UnorderedElementsAreArray(recorded_replies(version_, "p1")));
}

TEST_P(RecordedTraffic, SetvarRepliesAreEqual) {
  EXPECT_EQ(run("Setvar", "s1", R"-(,"Variable":"DEVICE_STATE(PJSIP/1)","Value":"BUSY")-").replies,
            recorded_replies(version_, "s1"));
  EXPECT_EQ(run("Setvar", "s2", R"-(,"Variable":"DEVICE_STATE(Custom:a)","Value":"BUSY")-").replies,
            recorded_replies(version_, "s2"));
}

// CoreProcessedCalls is new in a later version than 16, so that a reply of 16 may end before ours.
TEST_P(RecordedTraffic, PingAndCoreStatusHaveTheSameHeaders) {
  for (const auto& [name, id] : {std::pair("Ping", "g1"), std::pair("CoreStatus", "cs1")}) {
    const auto recorded = recorded_replies(version_, id);
    const auto simulated = run(name, id).replies;
    ASSERT_EQ(recorded.size(), 1U);
    ASSERT_EQ(simulated.size(), 1U);
    ASSERT_GE(simulated[0].size(), recorded[0].size());
    for (std::size_t i = 0; i < recorded[0].size(); ++i) EXPECT_EQ(simulated[0][i].first, recorded[0][i].first);
  }
}

INSTANTIATE_TEST_SUITE_P(Asterisk, RecordedTraffic, ::testing::Values("16", "22"));

}  // namespace
}  // namespace amibroker::sim
