// SPDX-License-Identifier: Apache-2.0
#include "core/host/options.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>

#include "tests/unit/host/temp_folder.hpp"

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

TEST(OptionValues, AllowIsReadByAPluginThatHasItAndMeansNothingToTheOthers) {
  std::vector<base::Problem> errors;
  static_cast<void>(read({{"allow", "Setvar", 5}}, errors));
  EXPECT_THAT(errors, IsEmpty());
  const std::array<OptionSpec, 1> own{{{"allow", OptionType::list, "", "", 0, 0, "What it may do"}}};
  const auto values = OptionValues::read({"demo", true, 3, {{"allow", "Setvar, Ping", 5}}}, own, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(values.list("allow"), ElementsAre("Setvar", "Ping"));
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

constexpr std::array<OptionSpec, 4> rich_table{{
    {"wire", OptionType::choice, "tcp", "", 0, 0, "How", "tcp, TLS"},
    {"at", OptionType::server, "", "", 0, 0, "Where"},
    {"token", OptionType::secret, "", "", 0, 0, "Key of the service"},
    {"url", OptionType::text, "", "", 0, 0, "Address of the service", "", true},
}};

class RichOptions : public ::testing::Test {
 protected:
  OptionValues read(std::vector<base::Setting> settings) {
    const auto context =
        std::make_shared<const OptionContext>(OptionContext{{"berlin-1", "paris-1"}, folder.path().string()});
    return OptionValues::read({"demo", true, 3, std::move(settings), context}, rich_table, errors);
  }
  TempFolder folder;
  std::vector<base::Problem> errors;
};

TEST_F(RichOptions, AreReadAsText) {
  const auto values = read({{"wire", "tls", 4}, {"at", "paris-1", 5}, {"token", "hush", 6}, {"url", "http://x", 7}});
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(values.text("wire"), "TLS");
  EXPECT_EQ(values.text("at"), "paris-1");
  EXPECT_EQ(values.text("token"), "hush");
  EXPECT_EQ(values.text("url"), "http://x");
}

TEST_F(RichOptions, AServerThatIsNotThereIsNamedWithTheNearest) {
  static_cast<void>(read({{"at", "berlin1", 5}, {"url", "x", 7}}));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 5);
  EXPECT_EQ(errors[0].text,
            "plugin demo option at takes the name of a server's section, not \"berlin1\" (did you mean \"berlin-1\"?)");
}

TEST_F(RichOptions, ARequiredOneThatIsMissingOrEmptyIsAMistake) {
  static_cast<void>(read({}));
  static_cast<void>(read({{"url", "", 9}}));
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].line, 3);
  EXPECT_EQ(errors[0].text,
            "plugin demo needs its option url (Address of the service): write \"url = ...\" into [plugin demo]");
  EXPECT_EQ(errors[1].line, 9);
}

TEST_F(RichOptions, ASecretComesFromAFileToo) {
  folder.write("token.txt", "hush\n");
  const auto values = read({{"token_file", "token.txt", 5}, {"url", "x", 7}});
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(values.text("token"), "hush");
}

TEST_F(RichOptions, ASecretThatCannotBeReadOrIsGivenTwiceIsAMistake) {
  static_cast<void>(read({{"token_file", "gone.txt", 5}, {"url", "x", 7}}));
  static_cast<void>(read({{"token", "hush", 5}, {"token_file", "gone.txt", 6}, {"url", "x", 7}}));
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_THAT(errors[0].text, HasSubstr("gone.txt cannot be opened"));
  EXPECT_EQ(errors[1].line, 6);
  EXPECT_THAT(errors[1].text, HasSubstr("token twice, in line 5"));
}

TEST_F(RichOptions, ASecretIsInNoText) {
  const auto before = read({{"token", "hush-hush", 5}, {"url", "x", 7}});
  const auto after = read({{"token", "other-secret", 5}, {"url", "y", 7}});
  EXPECT_THAT(after.changes_from(before),
              ElementsAre("its option token is another secret", "its option url is y, was x"));
  EXPECT_THAT(before.changes_from(before), IsEmpty());
  EXPECT_EQ(before.without_secrets("a hush-hush, hush-hushhush-hush x"), "a (secret), (secret)(secret) x");
  const auto short_one = read({{"token", "abc", 5}, {"url", "x", 7}});
  EXPECT_EQ(short_one.without_secrets("abc"), "abc");
  const auto shown = read({{"token", "(secret)", 5}, {"url", "x", 7}});
  EXPECT_EQ(shown.without_secrets("is (secret)"), "is (secret)") << "and it ends";
}

TEST_F(RichOptions, AreTheSameAfterTheirTextsWentToAnotherProcess) {
  const auto values = read({{"wire", "tls", 4}, {"token", "hush", 6}, {"url", "http://x", 7}});
  const auto copy = OptionValues::of(values.texts());
  EXPECT_THAT(copy.changes_from(values), IsEmpty());
  EXPECT_EQ(copy.text("wire"), "TLS");
  EXPECT_EQ(copy.text("token"), "hush");
  EXPECT_EQ(copy.text("at"), "");
}

}  // namespace
}  // namespace amibroker::host
