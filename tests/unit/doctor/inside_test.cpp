// SPDX-License-Identifier: Apache-2.0
//
// Rights, modules and the test write, over native AMI.
#include "tests/unit/doctor/doctor_fixture.hpp"

namespace amibroker::doctor {
namespace {

class Inside : public DoctorTest {
 protected:
  void lack(const std::string& module) { options[0].asterisk.missing_modules.insert(module); }
  /// Those tests that wait for an event that does not come need not wait for long.
  void be_impatient() { limits.event = 300ms, limits.event_again = 100ms; }
};

TEST_F(Inside, TheTestWriteIsTakenBack) {
  look();
  EXPECT_EQ(of("test write").result, Result::ok);
  const auto writes = patient().history(test_device);
  ASSERT_GE(writes.size(), 3U);
  EXPECT_EQ(writes[0].value, "INVALID");
  EXPECT_EQ(writes[1].value, "INUSE");
  EXPECT_EQ(writes.back().value, "INVALID");
  EXPECT_EQ(patient().counters().actions.count("DBDel"), 1U);
}

TEST_F(Inside, WhatAnotherRunLeftDoesNotHideTheEvent) {
  start();
  patient().set_device_state(test_device, sim::DeviceState::inuse);
  look_at(make_case());
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
}

TEST_F(Inside, NoRightToWrite) {
  options[0].ami.write = "system,user";
  look();
  expect_wrong("rights: write", "may not write `call`", "[broker]: write = call,system,user");
  expect_wrong("test write", "Permission denied", "rights: write");
  EXPECT_EQ(of("rights: read").result, Result::unknown);
  EXPECT_EQ(of("module func_devstate").result, Result::ok);
}

TEST_F(Inside, NoRightToRead) {
  options[0].ami.read = "system,user";
  be_impatient();
  look();
  expect_wrong("rights: read", "may not read `call`", "[broker]: read = call,system,user");
  EXPECT_EQ(of("rights: write").result, Result::ok);
  EXPECT_EQ(of("module res_manager_devicestate").result, Result::ok);
}

TEST_F(Inside, TheLeastRightsAreEnoughAndWhatWouldBeBetterIsSaid) {
  options[0].ami.read = options[0].ami.write = "call";
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("rights: write").text, AllOf(HasSubstr("lacks `system`"), HasSubstr("lacks `user`")));
  EXPECT_THAT(of("rights: write").remedy, HasSubstr("write = call,system,user"));
  EXPECT_THAT(of("rights: read").text, HasSubstr("No FullyBooted came"));
  EXPECT_EQ(of("system name").result, Result::unknown);
  EXPECT_EQ(of("module func_presencestate").result, Result::ok);
}

TEST_F(Inside, AllRightsNeedNoAdvice) {
  look();
  EXPECT_THAT(of("rights: write").remedy, IsEmpty());
  EXPECT_THAT(of("rights: read").remedy, IsEmpty());
}

TEST_F(Inside, NoRightToSeeUserEvents) {
  options[0].ami.read = "call,system";
  be_impatient();
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("rights: read").text, HasSubstr("it lacks `user`"));
}

TEST_F(Inside, EventsThatDoNotCome) {
  start();
  be_impatient();
  patient().mute_events(true);
  look_at(make_case());
  expect_wrong("test write", "its event did not come", "rights: read");
  expect_wrong("rights: read", "no DeviceStateChange came", "eventfilter = Event: DeviceStateChange");
}

class MissingModule : public Inside, public ::testing::WithParamInterface<const char*> {
 protected:
  void expect_it_is_named() {
    const std::string module = GetParam();
    expect_wrong("module " + module, "is not loaded", "module load " + module + ".so");
    EXPECT_THAT(of("module " + module).remedy, HasSubstr("`load = " + module + ".so` in modules.conf"));
    for (const std::string_view other : modules) {
      if (other == module) continue;
      EXPECT_EQ(of("module " + std::string(other)).result, Result::ok) << to_text(findings);
    }
  }
};

TEST_P(MissingModule, IsFound) {
  lack(GetParam());
  be_impatient();
  look();
  expect_it_is_named();
}

TEST_P(MissingModule, IsFoundByWhatItDoesIfItMayNotBeAskedFor) {
  options[0].ami.write = "call";
  lack(GetParam());
  be_impatient();
  look();
  expect_it_is_named();
}

INSTANTIATE_TEST_SUITE_P(All, MissingModule,
                         ::testing::Values("func_devstate", "func_presencestate", "res_manager_devicestate",
                                           "res_manager_presencestate"));

TEST_F(Inside, AModuleOfAPluginThatIsOffIsNotNeeded) {
  lack("func_presencestate");
  lack("res_manager_presencestate");
  start();
  Case one = make_case();
  one.presences = false;
  look_at(one);
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("module func_presencestate").text, HasSubstr("presence = yes"));
}

TEST_F(Inside, AServerThatStopsToAnswerAfterTheLogin) {
  start();
  const Case one = make_case();
  Seen seen;
  seen.way.stage = Stage::ready;
  seen.way.addresses = {"127.0.0.1"};
  seen.way.greeting = "Asterisk Call Manager/11.0.0";
  findings = judge(one, seen);
  expect_last("answers", "does not answer a Ping", "core show threads");
}

}  // namespace
}  // namespace amibroker::doctor
