// SPDX-License-Identifier: Apache-2.0
#include "core/app/hint_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

HintDevice device(const std::string& number, const std::string& servers = {}, const std::string& technology = "PJSIP") {
  const std::string name = technology + "/" + number;
  return {"Custom:" + name, name, number, servers};
}

std::vector<std::string> lines_of(const HintLines& hints, const HintWish& wish = {}) {
  auto lines = hints.json(wish).at("lines").get<std::vector<std::string>>();
  if (!lines.empty()) lines.erase(lines.begin());  // what they are for
  return lines;
}

TEST(HintLines, AreTheSameForAllServersInTheOrderOfTheirNumbers) {
  HintLines hints;
  for (const char* const number : {"1000", "200", "30", "200"}) hints.add(device(number));
  hints.add(device("200", {}, "SIP"));
  EXPECT_THAT(
      lines_of(hints),
      ElementsAre("exten => 30,hint,PJSIP/30&Custom:PJSIP/30",
                  "exten => 200,hint,PJSIP/200&Custom:PJSIP/200&PJSIP/200&Custom:PJSIP/200&SIP/200&Custom:SIP/200",
                  "exten => 1000,hint,PJSIP/1000&Custom:PJSIP/1000"));
}

TEST(HintLines, HavePresencesIfTheseAreOn) {
  HintLines hints;
  hints.add(device("200"));
  EXPECT_THAT(lines_of(hints, {.has_presences = true}),
              ElementsAre("exten => 200,hint,PJSIP/200&Custom:PJSIP/200,CustomPresence:200"));
}

TEST(HintLines, ForFreePbxAreThoseThatAServerLacks) {
  const HintWish wish{.is_for_freepbx = true, .has_presences = true, .servers = {{0, "a"}, {1, "b"}, {7, "new"}}};
  HintLines hints;
  hints.add(device("100", "os"));
  hints.add(device("200", "so"));
  hints.add(device("300", "bb"));
  const auto lines = hints.json(wish).at("lines").get<std::vector<std::string>>();
  EXPECT_THAT(lines,
              ElementsAre("; server a, /etc/asterisk/extensions_custom.conf; then asterisk -rx 'dialplan reload'",
                          "[from-internal-custom]", "exten => 200,hint,Custom:PJSIP/200,CustomPresence:200",
                          "exten => 300,hint,PJSIP/300&Custom:DND300&Custom:PJSIP/300,CustomPresence:300",
                          "; server b, /etc/asterisk/extensions_custom.conf; then asterisk -rx 'dialplan reload'",
                          "[from-internal-custom]", "exten => 100,hint,Custom:PJSIP/100,CustomPresence:100",
                          "exten => 300,hint,PJSIP/300&Custom:DND300&Custom:PJSIP/300,CustomPresence:300",
                          "; server new, /etc/asterisk/extensions_custom.conf; then asterisk -rx 'dialplan reload'",
                          "[from-internal-custom]"));
}

TEST(HintLines, WithoutANumberAreComments) {
  HintLines hints;
  hints.add(device("anna"));
  hints.add({"Custom:berlin-PJSIP-100", "PJSIP/100", "", "os"});
  hints.add({"Custom:PJSIP/_2X", "PJSIP/_2X", "_2X", ""});
  EXPECT_THAT(lines_of(hints), ElementsAre("; PJSIP/anna: put its extension in the place of NUMBER",
                                           ";exten => NUMBER,hint,PJSIP/anna&Custom:PJSIP/anna",
                                           "; PJSIP/100: put its extension in the place of NUMBER",
                                           ";exten => NUMBER,hint,PJSIP/100&Custom:berlin-PJSIP-100",
                                           "; PJSIP/_2X: put its extension in the place of NUMBER",
                                           ";exten => NUMBER,hint,PJSIP/_2X&Custom:PJSIP/_2X"));
}

TEST(HintLines, OfNamesThatWouldBecomeOtherLinesAreLeftOut) {
  HintLines hints;
  std::size_t hostile = 0;
  for (const char* const text : {"1\nexten => 100,1,System(x)", "1,2", "1;2", "1&2", "${X}", "1 2", "1\x7f", "\xff",
                                 "a=>b", "[x]", "1\r", "\"", "(", "|", "\\"}) {
    hints.add(device(text));
    ++hostile;
  }
  hints.add({"Custom:x\n", "PJSIP/1", "1", ""});
  hints.add({"", "", "", ""});
  EXPECT_EQ(hints.json({}),
            (control::Json{{"lines", {"; no phone is known yet"}}, {"left_out", hostile + 2}, {"more", 0}}));
}

TEST(HintLines, OfANumberThatTooManyDevicesHaveAreNoLongerThanAsteriskReads) {
  HintLines hints;
  for (int i = 0; i < 300; ++i) hints.add(device("100", {}, std::string(70, 'T') + std::to_string(i)));
  const auto json = hints.json({});
  EXPECT_LT(json.at("lines")[1].get<std::string>().size(), 8'000U);
  EXPECT_EQ(json.at("more"), 300 - HintLines::most_of_a_number);
}

TEST(HintLines, HaveAnEnd) {
  HintLines hints;
  for (std::size_t i = 0; i < HintLines::most_devices + 5; ++i) hints.add(device(std::to_string(i)));
  const auto json = hints.json({});
  EXPECT_THAT(json.at("lines"), SizeIs(HintLines::most_lines));
  EXPECT_EQ(json.at("more"), HintLines::most_devices + 1 - HintLines::most_lines + 5);
}

}  // namespace
}  // namespace amibroker::app
