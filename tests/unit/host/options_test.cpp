// SPDX-License-Identifier: Apache-2.0
#include "core/host/options.hpp"

#include <gmock/gmock.h>

#include <array>

namespace amibroker::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::array<OptionSpec, 4> table{{
    {"eager", OptionType::boolean, "yes", "", 0, 0, "Begin at once"},
    {"pace", OptionType::integer, "30", "s", 1, 60, "Time between two steps"},
    {"greeting", OptionType::text, "hello", "", 0, 0, "What to say"},
    {"skip", OptionType::list, "a, b", "", 0, 0, "What to leave out"},
}};

OptionValues read(std::vector<base::Setting> settings, std::vector<base::Problem>& errors) {
  return OptionValues::read({"demo", true, 3, std::move(settings)}, table, errors);
}

std::string only_error(std::vector<base::Setting> settings, int line) {
  std::vector<base::Problem> errors;
  const auto values = read(std::move(settings), errors);
  EXPECT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors.at(0).line, line);
  EXPECT_EQ(values.integer("pace"), 30) << "an option with a mistake keeps its default";
  return errors.at(0).text;
}

TEST(OptionValues, WithoutSettingsEachHasItsDefault) {
  std::vector<base::Problem> errors;
  const auto values = read({}, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_TRUE(values.boolean("eager"));
  EXPECT_EQ(values.integer("pace"), 30);
  EXPECT_EQ(values.text("greeting"), "hello");
  EXPECT_THAT(values.list("skip"), ElementsAre("a", "b"));
}

TEST(OptionValues, ASettingReplacesTheDefault) {
  std::vector<base::Problem> errors;
  const auto values = read({{"eager", "off", 5}, {"pace", "60", 6}, {"greeting", "", 7}, {"skip", "c", 8}}, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_FALSE(values.boolean("eager"));
  EXPECT_EQ(values.integer("pace"), 60);
  EXPECT_EQ(values.text("greeting"), "");
  EXPECT_THAT(values.list("skip"), ElementsAre("c"));
}

TEST(OptionValues, ViewsStayValidWhenTheValuesAreMoved) {
  std::vector<base::Problem> errors;
  auto values = read({{"skip", "x,y", 5}}, errors);
  const OptionValues moved = std::move(values);
  EXPECT_THAT(moved.list("skip"), ElementsAre("x", "y"));
  EXPECT_EQ(moved.text("greeting"), "hello");
}

TEST(OptionValues, AKeyOfAnotherTypeOrOutsideTheTableHasTheEmptyValue) {
  std::vector<base::Problem> errors;
  const auto values = read({}, errors);
  EXPECT_FALSE(values.boolean("pace"));
  EXPECT_EQ(values.integer("eager"), 0);
  EXPECT_EQ(values.text("pace"), "");
  EXPECT_EQ(values.text("nothing"), "");
  EXPECT_THAT(values.list("greeting"), IsEmpty());
}

TEST(OptionValues, AnUnknownKeyIsAnErrorWithItsLineAndTheNearestKey) {
  EXPECT_EQ(only_error({{"paec", "10", 12}}, 12),
            "plugin demo has no option \"paec\" (did you mean \"pace\"?); its options are eager, pace, greeting, skip");
}

TEST(OptionValues, APluginWithoutOptionsSaysSo) {
  std::vector<base::Problem> errors;
  static_cast<void>(OptionValues::read({"demo", true, 3, {{"pace", "1", 4}}}, {}, errors));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].text, "plugin demo has no option \"pace\"; it has no options at all");
}

TEST(OptionValues, AValueOfAnotherTypeIsAnErrorWithItsLine) {
  EXPECT_EQ(only_error({{"eager", "maybe", 7}}, 7), "plugin demo option eager takes yes or no, not \"maybe\"");
}

TEST(OptionValues, AValueOutOfRangeIsAnErrorWithRangeAndUnit) {
  EXPECT_EQ(only_error({{"pace", "61", 9}}, 9),
            "plugin demo option pace takes a whole number from 1 to 60 (in s), not \"61\"");
}

TEST(OptionValues, EachMistakeIsReported) {
  std::vector<base::Problem> errors;
  static_cast<void>(read({{"one", "", 4}, {"pace", "x", 5}, {"eager", "x", 6}}, errors));
  EXPECT_THAT(errors, SizeIs(3));
}

}  // namespace
}  // namespace amibroker::host
