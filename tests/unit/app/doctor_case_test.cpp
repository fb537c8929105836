// SPDX-License-Identifier: Apache-2.0
#include "core/app/doctor_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using testing::HasSubstr;

Config config(const std::string& more, const std::string& of_b = {}) {
  LoadedConfig loaded = parse_config(
      "[servers]\nsections = pbx-a, pbx-b\n"
      "[pbx-a]\nname = Berlin\ntransport = ami\naddr = 192.0.2.1\nusername = u\nsecret = s\n"
      "[pbx-b]\ntransport = ami\naddr = 192.0.2.2\nusername = u\nsecret = s\n" +
      of_b + more);
  EXPECT_TRUE(loaded.ok()) << loaded.errors.front().text;
  return std::move(loaded.config);
}

TEST(DoctorCase, AServerIsNamedByItsSectionOrByItsName) {
  const Config both = config("");
  for (const char* name : {"pbx-a", "Berlin"}) {
    const auto one = case_of(both, name);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->server.config.section, "pbx-a");
    ASSERT_EQ(one->others.size(), 1U);
    EXPECT_EQ(one->others[0].config.section, "pbx-b");
    EXPECT_TRUE(one->server.shares_all && one->others[0].shares_all);
  }
  EXPECT_FALSE(case_of(both, "pbx-c"));
  EXPECT_THAT(no_such_server(both, "pbx-c"), HasSubstr("did you mean \"pbx-a\"?"));
}

TEST(DoctorCase, SaysWhichPluginsAreOnAndWhatTheyCallDevices) {
  const auto least = case_of(config(""), "pbx-a");
  EXPECT_TRUE(least->devices);
  EXPECT_FALSE(least->presences);
  EXPECT_EQ(least->name_template, "Custom:{device}");
  const auto more = case_of(config("[general]\ndevice_state = no\npresence = yes\n[plugin device_state]\n"
                                   "name_template = Custom:{technology}-{name}\n"),
                            "pbx-a");
  EXPECT_FALSE(more->devices);
  EXPECT_TRUE(more->presences);
  EXPECT_EQ(more->name_template, "Custom:{technology}-{name}");
}

TEST(DoctorCase, SaysWhetherNamesAreHeldBack) {
  const auto zones = case_of(config("", "zones = north\n"), "pbx-a");
  EXPECT_TRUE(zones->server.shares_all);
  EXPECT_FALSE(zones->others[0].shares_all);
  EXPECT_FALSE(case_of(config("", "exclude = PJSIP/trunk\n"), "pbx-b")->server.shares_all);
  EXPECT_FALSE(case_of(config("[plugin device_state]\ninclude = PJSIP/*\n"), "pbx-a")->server.shares_all);
}

}  // namespace
}  // namespace amibroker::app
