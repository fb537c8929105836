// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/call_events.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/simulator/call_generator.hpp"
#include "tests/simulator/fleet.hpp"

namespace amibroker::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum DeviceState;
using Names = std::vector<std::string>;

Names names_of(const std::vector<Fields>& events) {
  Names names;
  for (const auto& event : events) names.emplace_back(value_of(event, "Event"));
  return names;
}

/// The names of the headers of each event of the recording, `Event=NAME` first: each form that was seen.
std::set<Names> recorded_forms() {
  std::set<Names> forms;
  std::ifstream in(AMIBROKER_TEST_DATA "/zmq-22.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto event = nlohmann::ordered_json::parse(line);
    Names form;
    for (const auto& [name, value] : event.items()) {
      form.push_back(name == "Event" ? "Event=" + value.get<std::string>() : name);
    }
    forms.insert(form);
  }
  return forms;
}

TEST(CallEvents, AreOfARecordedForm) {
  const auto forms = recorded_forms();
  ASSERT_GT(forms.size(), 10U);
  CallEvents calls("a3");
  for (const auto state : {ringing, inuse, not_inuse, ringing, not_inuse}) {
    for (const auto& event : calls.step("PJSIP/100", state)) {
      Names form;
      for (const auto& [name, value] : event) form.push_back(name == "Event" ? "Event=" + value : name);
      EXPECT_THAT(forms, ::testing::Contains(form));
    }
  }
}

TEST(CallEvents, GoFromNewchannelToHangup) {
  CallEvents calls("");
  EXPECT_THAT(names_of(calls.step("PJSIP/100", ringing)),
              ElementsAre("Newchannel", "Newchannel", "DialBegin", "Newstate"));
  EXPECT_THAT(names_of(calls.step("PJSIP/100", inuse)), ElementsAre("Newstate", "Newstate", "DialEnd"));
  EXPECT_THAT(calls.step("PJSIP/100", onhold), IsEmpty());
  EXPECT_THAT(calls.step("PJSIP/100", inuse), IsEmpty());
  const auto end = calls.step("PJSIP/100", not_inuse);
  EXPECT_THAT(names_of(end), ElementsAre("Hangup", "Hangup"));
  EXPECT_EQ(value_of(end[0], "Channel"), "PJSIP/100-00000001");
  EXPECT_EQ(value_of(end[0], "Cause-txt"), "Normal Clearing");
  EXPECT_EQ(value_of(end[0], "Linkedid"), value_of(end[1], "Uniqueid"));
  EXPECT_THAT(calls.step("PJSIP/100", not_inuse), IsEmpty());
}

TEST(CallEvents, SayThatNobodyAnswered) {
  CallEvents calls("");
  static_cast<void>(calls.step("PJSIP/100", ringing));
  const auto end = calls.step("PJSIP/100", not_inuse);
  ASSERT_THAT(names_of(end), ElementsAre("DialEnd", "Hangup", "Hangup"));
  EXPECT_EQ(value_of(end[0], "DialStatus"), "NOANSWER");
  EXPECT_EQ(value_of(end[0], "DestCallerIDNum"), "100");
  EXPECT_EQ(value_of(end[0], "CallerIDNum"), "0301234567");
}

TEST(CallEvents, GiveEachChannelItsOwnId) {
  CallEvents calls("sim1");
  std::set<std::string> ids;
  for (const auto* device : {"PJSIP/100", "PJSIP/101", "PJSIP/102"}) {
    for (const auto& event : calls.step(device, ringing)) ids.emplace(value_of(event, "Uniqueid"));
  }
  EXPECT_EQ(ids.size(), 6U);
  EXPECT_TRUE(ids.begin()->starts_with("sim1-"));
}

TEST(CallGenerator, PublishesTheEventsOfItsCallsIfAsked) {
  Fleet fleet(1);
  CallGenerator calls(fleet, number_phones(1, 1), 2000, 1, {CallEvents("a1")});
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  // Each state is an event; what is more than the states are the events of the calls.
  EXPECT_TRUE(fleet.wait_until(deadline, [&] { return fleet[0].counters().events > 2 * calls.changes() + 2; }));
}

}  // namespace
}  // namespace amibroker::sim
