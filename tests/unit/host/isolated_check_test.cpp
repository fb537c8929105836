// SPDX-License-Identifier: Apache-2.0
//
// Libraries that cannot even be loaded do not end or hold the process that asks about them.
#include "core/host/isolated_check.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/host/apart_check.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const PluginFolders good({AMIBROKER_TEST_PLUGINS}), bad({AMIBROKER_APART_PLUGINS});

PluginCheck check(const PluginFolders& folders, PluginConfig plugin, std::chrono::milliseconds limit = 60s) {
  return check_plugins_apart(AMIBROKER_DAEMON, folders, std::span(&plugin, 1), limit);
}

TEST(IsolatedCheck, FindsWhatACheckInProcessFinds) {
  EXPECT_THAT(check(good, {"with_options", true, 1, {}}).errors, IsEmpty());
  const auto wrong = check(good, {"with_options", true, 1, {{"no_such", "1", 9}}});
  ASSERT_THAT(wrong.errors, SizeIs(1));
  EXPECT_EQ(wrong.errors[0].line, 9);
  EXPECT_THAT(wrong.errors[0].text, HasSubstr("no_such"));
  const auto missing = check(good, {"nowhere", true, 5, {}});
  ASSERT_THAT(missing.errors, SizeIs(1));
  EXPECT_EQ(missing.errors[0].line, 5);
  EXPECT_THAT(missing.errors[0].text, HasSubstr("there is no nowhere.so"));
  EXPECT_THAT(check(good, {"nowhere", false, 5, {}}).errors, IsEmpty()) << "it is switched off";
}

TEST(IsolatedCheck, AStaticInitialiserThatThrowsOrExitsIsAMistakeWithItsLine) {
  for (const auto& [name, what] : {std::pair{"static_throws", "killed by signal 6"}, {"static_exits", "exit code 0"}}) {
    const auto found = check(bad, {name, true, 7, {}});
    ASSERT_THAT(found.errors, SizeIs(1)) << name;
    EXPECT_EQ(found.errors[0].line, 7);
    EXPECT_THAT(found.errors[0].text,
                AllOf(HasSubstr(what), HasSubstr(std::string(name) + ".so"), HasSubstr(std::string(name) + " = no")));
  }
  EXPECT_THAT(check(bad, {"static_throws", true, 7, {}}).errors[0].text, HasSubstr("a bad day at load"));
}

TEST(IsolatedCheck, AStaticInitialiserThatHangsIsAMistakeInTime) {
  const auto found = check(bad, {"static_hangs", true, 7, {}}, 1s);
  ASSERT_THAT(found.errors, SizeIs(1));
  EXPECT_THAT(found.errors[0].text, HasSubstr("not loaded and checked after 1 s"));
}

TEST(IsolatedCheck, NoProcessIsAMistakeOfThatPluginAlone) {
  const std::vector<PluginConfig> plugins{{"puppet", true, 7, {{"isolate", "yes", 8}}}, {"other", true, 9, {}}};
  const ApartChecks checks = check_apart("/nowhere/zmq-ami-broker", bad, plugins);
  ASSERT_THAT(checks, SizeIs(1));
  ASSERT_THAT(checks.at("puppet").errors, SizeIs(1));
  EXPECT_EQ(checks.at("puppet").errors[0].line, 7);
  EXPECT_THAT(checks.at("puppet").errors[0].text,
              HasSubstr("plugin puppet cannot be checked, because no process could be started for it: "));
}

TEST(IsolatedCheck, AWrongIsolateIsCheckedApartWithAllOtherMistakes) {
  const std::vector<PluginConfig> plugins{{"with_options", true, 7, {{"isolate", "yse", 8}, {"no_such", "1", 9}}}};
  const ApartChecks checks = check_apart(AMIBROKER_DAEMON, good, plugins);
  ASSERT_THAT(checks, SizeIs(1));
  ASSERT_THAT(checks.at("with_options").errors, SizeIs(2));
  EXPECT_EQ(checks.at("with_options").errors[0].line, 8);
  EXPECT_EQ(checks.at("with_options").errors[1].line, 9);
}

TEST(IsolatedCheck, MistakesNameTheInstance) {
  EXPECT_THAT(check(bad, {"puppet:2", true, 7, {{"fail", "maybe", 8}}}).errors[0].text,
              HasSubstr("plugin puppet:2 option fail"));
  EXPECT_THAT(check(bad, {"static_exits:2", true, 7, {}}).errors[0].text,
              HasSubstr("plugin static_exits:2 is switched on, but " + std::string(AMIBROKER_APART_PLUGINS) +
                        "/static_exits.so"));
}

TEST(IsolatedCheck, DescribesAllLibrariesWhateverOneOfThemDoes) {
  const std::string text = describe_plugins_apart(
      AMIBROKER_DAEMON, bad, std::vector<PluginConfig>{{"puppet", true, 1, {}}, {"puppet:2", true, 2, {}}},
      4s);  // a process takes half a second under a sanitizer
  EXPECT_THAT(text, HasSubstr("puppet 1.0  Does what events say\n"));
  EXPECT_THAT(text, HasSubstr("word = none"));
  EXPECT_THAT(text, HasSubstr("    switched on as puppet, puppet:2\n"));
  EXPECT_THAT(text, HasSubstr("static_throws  cannot be used\n"));
  EXPECT_THAT(text, HasSubstr("static_hangs  cannot be used\n"));
  EXPECT_THAT(text, HasSubstr("static_exits  cannot be used\n"));
}

}  // namespace
}  // namespace amibroker::host
