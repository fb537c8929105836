// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/hints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace amibroker::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<Hint> read(const char* text) {
  const std::vector<Field> fields{{"Exten", "200"}, {"Context", "internal"}, {"Hint", text}};
  return read_hint(Message(fields));
}

TEST(HintsTest, DevicesAreReadAndPresentitiesAreNot) {
  const auto hint = read("PJSIP/200&Custom:DND200, CustomPresence:200");
  ASSERT_TRUE(hint);
  EXPECT_EQ(hint->extension, "200");
  EXPECT_EQ(hint->context, "internal");
  EXPECT_THAT(hint->devices, ElementsAre("PJSIP/200", "Custom:DND200"));
  EXPECT_THAT(read(",CustomPresence:200")->devices, IsEmpty());
  EXPECT_THAT(read("PJSIP/200&&")->devices, ElementsAre("PJSIP/200"));
  EXPECT_FALSE(read(""));
}

TEST(HintsTest, NamesOfTemplates) {
  EXPECT_EQ(shown_name("Custom:{device}", "PJSIP/200"), "Custom:PJSIP/200");
  EXPECT_EQ(shown_name("Custom:phone_{technology}-{name}", "DAHDI/i1/5"), "Custom:phone_DAHDI-i1-5");
  EXPECT_EQ(shown_name("Custom:{technology}-{name}", "Queue:sales"), "Custom:Queue-sales");
  EXPECT_EQ(shown_name("Custom:{server}-{device}", "PJSIP/200"), std::nullopt);
  EXPECT_EQ(shown_name("Custom:{device}-{zone}", "PJSIP/200"), std::nullopt);
}

TEST(HintsTest, EachMissingNameIsSaidOnceAndUpToABound) {
  HintsSeen seen;
  seen.here.section = "a";
  for (int i = 0; i < 100; ++i)
    for (const char* section : {"b", "c"})
      seen.others.push_back({section, {{std::to_string(i), "internal", {"PJSIP/" + std::to_string(i), "Custom:x"}}}});
  EXPECT_EQ(missing_hints(seen, "Custom:{device}", 1000).size(), 100U);
  EXPECT_EQ(missing_hints(seen, "Custom:{device}", 8).size(), 8U);
  EXPECT_EQ(missing_hints(seen, "Custom:{device}", 8).front().because, "b");
}

}  // namespace
}  // namespace amibroker::doctor
