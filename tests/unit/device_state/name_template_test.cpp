// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/name_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace amibroker::device_state {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What a template that is refused says.
std::string refusal(const char* text) {
  try {
    static_cast<void>(NameTemplate(text));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "it was taken";
}

TEST(NameTemplate, TheDefaultKeepsTheWholeDevice) {
  NameTemplate names("Custom:{device}");
  EXPECT_EQ(names.expand("PJSIP/100"), "Custom:PJSIP/100");
  EXPECT_EQ(names.expand("Queue:sales"), "Custom:Queue:sales");
  EXPECT_EQ(names.expand("odd"), "Custom:odd");
}

TEST(NameTemplate, TechnologyAndNameAreWhatComesBeforeAndAfterTheFirstSlashOrColon) {
  NameTemplate names("Custom:{technology}-{name}");
  EXPECT_EQ(names.expand("PJSIP/100"), "Custom:PJSIP-100");
  EXPECT_EQ(names.expand("Queue:sales"), "Custom:Queue-sales");
  EXPECT_EQ(names.expand("SIP/a/b"), "Custom:SIP-a/b");
  EXPECT_EQ(names.expand("odd"), "Custom:-odd");
}

TEST(NameTemplate, TextMaySurroundThePlaces) {
  NameTemplate names("Custom:x{technology}_of_{name}.y");
  EXPECT_EQ(names.expand("PJSIP/100"), "Custom:xPJSIP_of_100.y");
  EXPECT_EQ(names.technology_in("Custom:xPJSIP_of_100.y"), "PJSIP");
}

TEST(NameTemplate, ItsRefusalShowsTheTextAndSaysWhatToUse) {
  EXPECT_THAT(refusal("{device}"), AllOf(StartsWith("name_template = {device}: "), HasSubstr("Use Custom:{device}"),
                                         HasSubstr("Custom:{technology}-{name}")));
}

TEST(NameTemplate, WithoutTheProviderItIsRefused) {
  for (const char* text : {"", "{device}", "custom:{device}", "Cust:{device}", "{device}Custom:"})
    EXPECT_THAT(refusal(text), HasSubstr(": it must begin with Custom:.")) << text;
}

TEST(NameTemplate, WithoutADeviceOrBothOfItsPartsItIsRefused) {
  for (const char* text : {"Custom:", "Custom:x", "Custom:{technology}", "Custom:{name}",
                           "Custom:{device}-{technology}-{name}", "Custom:{device}-{name}"})
    EXPECT_THAT(refusal(text), HasSubstr(": it must hold either {device}, or both {technology} and {name}.")) << text;
}

TEST(NameTemplate, APlaceThatComesTwiceIsRefused) {
  EXPECT_THAT(refusal("Custom:{device}{device}"), HasSubstr(": it may have each place in braces only once."));
}

TEST(NameTemplate, CharactersThatCannotBeWrittenAreRefused) {
  for (const char* text : {"Custom:({device})", "Custom:{device},", "Custom:${device}", "Custom:{device}{what}"})
    EXPECT_THAT(refusal(text), HasSubstr(": the text around the places may not hold one of ( ) , $ { }.")) << text;
}

TEST(NameTemplate, PartsThatCouldNotBeToldApartAreRefused) {
  for (const char* text : {"Custom:{technology}{name}", "Custom:{name}-{technology}"})
    EXPECT_THAT(refusal(text), HasSubstr(": there must be text between {technology} and {name}, in this order."))
        << text;
}

TEST(NameTemplate, ANameThatItMadeHasItsForm) {
  for (const char* text : {"Custom:{device}", "Custom:{technology}-{name}", "Custom:hint_{device}"}) {
    NameTemplate names(text);
    for (const auto& [device, technology] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"PJSIP/100", "PJSIP"}, {"PJSIP/my-phone", "PJSIP"}, {"Queue:sales", "Queue"}, {"IAX2/a/b", "IAX2"}})
      EXPECT_EQ(names.technology_in(names.expand(device)), technology) << text << " " << device;
  }
}

TEST(NameTemplate, NamesThatOnlyLookAlikeDoNotHaveTheFormOfWholeDevices) {
  const NameTemplate names("Custom:{device}");
  for (const char* name : {"Custom:night", "Custom:night mode/1", "Custom:/100", "Custom::x", "Custom:", "",
                           "PJSIP/100", "custom:PJSIP/100", "Custom:day-night/1", "Custom:a.b:c"})
    EXPECT_EQ(names.technology_in(name), "") << name;
}

TEST(NameTemplate, NamesThatOnlyLookAlikeDoNotHaveTheFormOfParts) {
  const NameTemplate names("Custom:{technology}-{name}");
  for (const char* name : {"Custom:night", "Custom:-100", "Custom:PJSIP-", "Custom:PJSIP/100", "Custom:my lamp-1",
                           "Custom:a/b-c", "PJSIP-100"})
    EXPECT_EQ(names.technology_in(name), "") << name;
  EXPECT_EQ(names.technology_in("Custom:a-b-c"), "a");
}

TEST(NameTemplate, NamesWithoutTheTextAfterThePlaceDoNotHaveItsForm) {
  const NameTemplate names("Custom:{device}_x");
  EXPECT_EQ(names.technology_in("Custom:PJSIP/100_x"), "PJSIP");
  EXPECT_EQ(names.technology_in("Custom:PJSIP/1_x0_x"), "PJSIP");
  EXPECT_EQ(names.technology_in("Custom:PJSIP/100"), "");
  EXPECT_EQ(names.technology_in("Custom:PJSIP/100_xy"), "");
}

TEST(Technology, IsWhatComesBeforeTheFirstSlashOrColon) {
  EXPECT_EQ(technology_of("PJSIP/100"), "PJSIP");
  EXPECT_EQ(technology_of("Queue:a/b"), "Queue");
  EXPECT_EQ(technology_of("odd"), "");
}

}  // namespace
}  // namespace amibroker::device_state
