// SPDX-License-Identifier: Apache-2.0
//
// What is compared with the other servers.
#include "tests/unit/doctor/doctor_fixture.hpp"

namespace amibroker::doctor {
namespace {

class TwoServers : public DoctorTest {
 protected:
  TwoServers() {
    options.push_back(native());
    options[1].asterisk.system_name = "pbx-b";
  }
};

TEST_F(TwoServers, ThatDifferAreRight) {
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("system name").text, HasSubstr("none of 1 other servers has it"));
}

TEST_F(TwoServers, WithOneSystemName) {
  options[1].asterisk.system_name = "pbx-a";
  look();
  expect_wrong("system name", "[server-2] calls itself 'pbx-a', too", "[options]: systemname = server-1");
}

TEST_F(TwoServers, WithoutSystemNamesAreNoFault) {
  options[0].asterisk.system_name = options[1].asterisk.system_name = "";
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("system name").remedy, HasSubstr("systemname = server-1"));
}

TEST_F(TwoServers, OfWhichTheOtherIsDead) {
  start();
  (*fleet)[1].kill();
  look_at(make_case());
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("system name").text, HasSubstr("1 more could not be asked"));
}

TEST_F(TwoServers, OfWhichTheOtherStandsStill) {
  start();
  limits.others = 500ms;
  (*fleet)[1].freeze(true);
  look_at(make_case());
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("system name").text, HasSubstr("1 more could not be asked"));
}

TEST_F(TwoServers, AHintThatIsMissing) {
  options[0].asterisk.hints = {{"100", "internal", "PJSIP/100&Custom:PJSIP/100"}};
  look();
  expect_wrong("hints", "no hint names Custom:PJSIP/200, which people watch on [server-2]",
               "`exten => 200,hint,Custom:PJSIP/200` in [internal]");
  EXPECT_THAT(of("hints").remedy, HasSubstr("dialplan reload"));
}

TEST_F(TwoServers, AHintThatNamesThePhoneAlone) {
  options[0].asterisk.hints = {{"200", "phones", "PJSIP/200"}};
  look();
  expect_wrong("hints", "Custom:PJSIP/200", "`exten => 200,hint,PJSIP/200&Custom:PJSIP/200` in [phones]");
}

TEST_F(TwoServers, AHintOfAPatternIsNotMissing) {
  options[0].asterisk.hints = {{"200", "internal", "PJSIP/200&Custom:PJSIP/200", true}};
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
}

TEST_F(TwoServers, NoHintAtAll) {
  for (auto& one : options) one.asterisk.hints.clear();
  look();
  expect_wrong("hints", "no hint at all", "`exten => 200,hint,PJSIP/200&Custom:PJSIP/200`");
}

TEST_F(TwoServers, NamesOfATemplate) {
  options[1].asterisk.hints = {{"200", "internal", "PJSIP/200&Custom:PJSIP-200"}};
  start();
  Case one = make_case();
  one.name_template = "Custom:{technology}-{name}";
  look_at(one);
  expect_wrong("hints", "Custom:PJSIP-200", "PJSIP/200&Custom:PJSIP/200&Custom:PJSIP-200");
}

TEST_F(TwoServers, NamesThatOnlyTheBrokerKnows) {
  start();
  Case one = make_case();
  one.name_template = "Custom:{server}-{device}";
  look_at(one);
  EXPECT_EQ(of("hints").result, Result::unknown);
}

TEST_F(TwoServers, WithZonesAMissingHintMayBeMeant) {
  options[0].asterisk.hints = {{"100", "internal", "PJSIP/100"}};
  start();
  Case one = make_case();
  one.others[0].shares_all = false;
  look_at(one);
  EXPECT_EQ(of("hints").result, Result::unknown);
  EXPECT_THAT(of("hints").text, HasSubstr("Custom:PJSIP/200"));
}

TEST_F(TwoServers, HintsThatMayNotBeListed) {
  options[0].ami.write = "system,user";
  look();
  EXPECT_EQ(of("hints").result, Result::unknown);
  EXPECT_THAT(of("hints").remedy, HasSubstr("core show hints"));
}

TEST_F(TwoServers, WhatTheBrokerWroteAndNoHintNames) {
  options.pop_back();
  options[0].asterisk.hints = {{"200", "internal", "PJSIP/200"}};
  start();
  look_at(make_case());
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  patient().set_device_state("Custom:PJSIP/200", sim::DeviceState::inuse);
  look_at(make_case());
  expect_wrong("hints", "Custom:PJSIP/200", "`exten => 200,hint,PJSIP/200&Custom:PJSIP/200` in [internal]");
}

}  // namespace
}  // namespace amibroker::doctor
