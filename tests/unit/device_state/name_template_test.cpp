// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/name_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace amibroker::device_state {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The names of the devices of one server, whose section and zones may be given.
class Names : public NameTemplate {
 public:
  explicit Names(const char* text, std::string_view section = "server-1", std::vector<std::string_view> zones = {})
      : NameTemplate(text), zones_(std::move(zones)) {
    set_server({.id = 0, .section = section, .name = {}, .zones = zones_});
  }
  std::string_view expand(std::string_view device) { return NameTemplate::expand(0, device); }

 private:
  std::vector<std::string_view> zones_;
};

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
  Names names("Custom:{device}");
  EXPECT_EQ(names.expand("PJSIP/100"), "Custom:PJSIP/100");
  EXPECT_EQ(names.expand("Queue:sales"), "Custom:Queue:sales");
  EXPECT_EQ(names.expand("odd"), "Custom:odd");
}

TEST(NameTemplate, TechnologyAndNameAreWhatComesBeforeAndAfterTheFirstSlashOrColon) {
  Names names("Custom:{technology}-{name}");
  EXPECT_EQ(names.expand("PJSIP/100"), "Custom:PJSIP-100");
  EXPECT_EQ(names.expand("Queue:sales"), "Custom:Queue-sales");
  EXPECT_EQ(names.expand("odd"), "Custom:-odd");
}

TEST(NameTemplate, SaysWhichDeviceANameIsOf) {
  for (const char* const text : {"Custom:{device}", "Custom:{technology}-{name}", "Custom:{server}-{technology}-{name}",
                                 "Custom:x{technology}_of_{name}.y", "Custom:{zone}/{device}"}) {
    Names names(text);
    for (const auto& [device, technology, name] :
         {std::array{"PJSIP/100", "PJSIP", "100"}, {"Queue:sales", "Queue", "sales"}}) {
      const auto native = names.native_in(names.expand(device));
      ASSERT_TRUE(native) << text;
      EXPECT_EQ(native->technology, technology) << text;
      EXPECT_EQ(native->name, name) << text;
    }
    EXPECT_FALSE(names.native_in("Custom:night")) << text;
    EXPECT_EQ(names.names_sites(), std::string_view(text).find("{server}") != std::string_view::npos ||
                                       std::string_view(text).find("{zone}") != std::string_view::npos);
  }
}

TEST(NameTemplate, SlashesInTheNameBecomeDashes) {
  Names names("Custom:{technology}-{name}");
  EXPECT_EQ(names.expand("DAHDI/i1/5"), "Custom:DAHDI-i1-5");
  EXPECT_EQ(names.expand("SIP/a/b/"), "Custom:SIP-a-b-");
  EXPECT_EQ(names.technology_in("Custom:DAHDI-i1-5"), "DAHDI");
  EXPECT_FALSE(names.makes_slashes());
  EXPECT_TRUE(Names("Custom:{device}").makes_slashes());
  EXPECT_TRUE(Names("Custom:a/{technology}-{name}").makes_slashes());
}

TEST(NameTemplate, TheServerAndItsFirstZoneMayBePartsOfTheName) {
  EXPECT_EQ(Names("Custom:{server}-{technology}-{name}", "berlin").expand("PJSIP/100"), "Custom:berlin-PJSIP-100");
  EXPECT_EQ(Names("Custom:{zone}_{technology}-{name}", "x", {"north", "all"}).expand("PJSIP/100"),
            "Custom:north_PJSIP-100");
  EXPECT_EQ(Names("Custom:{zone}:{device}").expand("PJSIP/100"), "Custom:none:PJSIP/100");
  EXPECT_EQ(Names("Custom:{technology}-{name}@{server}", "a/b (1)").expand("Queue:q"), "Custom:Queue-q@a_b__1_");
}

TEST(NameTemplate, AServerWhoseSectionOrZoneChangesHasOtherNames) {
  NameTemplate names("Custom:{zone}-{technology}-{name}");
  const std::array<std::string_view, 1> north{"north"};
  const std::array<std::string_view, 1> south{"south"};
  const auto info = [](const auto& zones) { return ServerInfo{.id = 3, .section = "a", .name = {}, .zones = zones}; };
  EXPECT_FALSE(names.set_server(info(north))) << "it is new";
  EXPECT_FALSE(names.set_server(info(north)));
  EXPECT_TRUE(names.set_server(info(south)));
  EXPECT_EQ(names.expand(3, "PJSIP/1"), "Custom:south-PJSIP-1");
  NameTemplate without("Custom:{device}");
  without.set_server(info(north));
  EXPECT_FALSE(without.set_server(info(south)));
}

TEST(NameTemplate, TheTechnologyIsFoundWhateverTheServerIsCalled) {
  for (const char* section : {"berlin", "b-1", "1-2-3"}) {
    Names names("Custom:{server}-{technology}-{name}", section);
    EXPECT_EQ(names.technology_in(names.expand("Queue:sales-1")), "Queue") << section;
    EXPECT_EQ(names.technology_in(names.expand("Mine/1")).empty(), false) << section;
  }
  EXPECT_EQ(NameTemplate("Custom:{server}-{technology}-{name}").technology_in("Custom:night"), "");
}

TEST(NameTemplate, ADeviceThatNoAsteriskHasInThisFormIsNotTheBrokers) {
  const NameTemplate names("Custom:{device}");
  for (const char* name : {"Custom:Agent/1001", "Custom:park/701", "Custom:Queue/sales", "Custom:PJSIP:100"})
    EXPECT_EQ(names.technology_in(name), "") << name;
  for (const char* name : {"Custom:Agent:1001", "Custom:Park:701", "Custom:Queue:sales", "Custom:PJSIP/100"})
    EXPECT_NE(names.technology_in(name), "") << name;
}

TEST(NameTemplate, ALongNameIsNotTheBrokersAndCostsNoTime) {
  const NameTemplate names("Custom:{server}-{zone}-{technology}-{name}");
  std::string dashes = "Custom:";
  for (int i = 0; i < 500'000; ++i) dashes += "a-";
  EXPECT_EQ(names.technology_in(dashes), "");
}

TEST(NameTemplate, WordsWithoutATechnologyKeepTheirName) {
  Names names("Custom:{technology}-{name}");
  EXPECT_EQ(names.expand("odd"), "Custom:-odd");
}

TEST(NameTemplate, TextMaySurroundThePlaces) {
  Names names("Custom:x{technology}_of_{name}.y");
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
  for (const char* text :
       {"Custom:({device})", "Custom:{device},", "Custom:${device}", "Custom:{device}{what}", "Custom:\t{device}"})
    EXPECT_THAT(refusal(text), HasSubstr(": the text around the places may not hold a control character or one of"))
        << text;
}

TEST(NameTemplate, PartsThatCouldNotBeToldApartAreRefused) {
  for (const char* text : {"Custom:{technology}{name}", "Custom:{server}{device}", "Custom:{technology}-{name}{zone}"})
    EXPECT_THAT(refusal(text), HasSubstr(": there must be text between two places")) << text;
  EXPECT_THAT(refusal("Custom:{name}-{technology}"), HasSubstr(": {technology} must come before {name}."));
}

TEST(NameTemplate, ATextThatLeavesNoRoomIsRefused) {
  EXPECT_THAT(refusal(("Custom:" + std::string(80, 'x') + "{device}").c_str()), HasSubstr("it leaves no room"));
}

TEST(NameTemplate, ANameThatItMadeHasItsForm) {
  for (const char* text : {"Custom:{device}", "Custom:{technology}-{name}", "Custom:hint_{device}"}) {
    Names names(text);
    for (const auto& [device, technology] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{{"PJSIP/100", "PJSIP"},
                                                                              {"PJSIP/my-phone", "PJSIP"},
                                                                              {"Queue:sales", "Queue"},
                                                                              {"IAX2/a/b", "IAX2"},
                                                                              {"Mine/7", "Mine"}})
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
