// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string zmq = "addr = 10.0.0.1\ncmd_port = 1\nevt_port = 2\n";
const std::string ami = "addr = 10.0.0.2\ntransport = ami\nusername = u\nsecret = hush\n";

Config read(const std::string& text) {
  LoadedConfig loaded = parse_config(text);
  for (const auto& error : loaded.errors) ADD_FAILURE() << to_string("f", error);
  return std::move(loaded.config);
}

/// `[a]` over ZeroMQ and `[b]` over AMI, with more keys each, and more sections.
std::string two(const std::string& a = {}, const std::string& b = {}, const std::string& more = {}) {
  return "[servers]\nsections = a, b\n[a]\n" + zmq + a + "[b]\n" + ami + b + more;
}

bool is_empty(const ConfigDiff& diff) {
  return diff.general.empty() && diff.retired.empty() && diff.changed.empty() && diff.added.empty();
}

ConfigDiff diff(const std::string& before, const std::string& now) { return difference(read(before), read(now)); }

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(ConfigDiff, OfTheSameIsEmptyHoweverItIsWritten) {
  EXPECT_TRUE(is_empty(diff(two(), two())));
  EXPECT_TRUE(is_empty(diff(two(), "; a comment\n\n" + two("zones =\n", "port = 5038\n") +
                                       "[general]\nlog_level = INFO\n"
                                       "[plugins]\ndevice_state = yes\nx = no\n[plugin x]\na = b\n")));
}

TEST(ConfigDiff, TheOrderOfTheSectionsMeansNothing) {
  const auto other = "[b]\n" + ami + "[a]\n" + zmq + "[servers]\nsections = b, a\n";
  EXPECT_TRUE(is_empty(diff(two(), other)));
}

TEST(ConfigDiff, LimitsOfPluginsAreKeysOfGeneral) {
  const auto limits = diff(two(), two({}, {}, "[general]\nhang_limit = 0\nstop_limit = 9\n"));
  EXPECT_THAT(limits.general, ElementsAre(HasSubstr("hang_limit"), HasSubstr("stop_limit")));
  EXPECT_THAT(limits.general[1], HasSubstr("9 s"));
}

TEST(ConfigDiff, WhatOfTheControlSocketWaitsForTheNextStartIsNamed) {
  const auto changes = diff(two({}, {}, "[control]\nsocket = /run/a.sock\nlook_group = root\n"),
                            two({}, {}, "[control]\nsocket =\nchange_group = root\n"))
                           .general;
  EXPECT_THAT(changes, ElementsAre(HasSubstr("socket of [control] is none, was /run/a.sock"),
                                   HasSubstr("look_group of [control] is none, was root"),
                                   HasSubstr("change_group of [control] is root, was none")));
  for (const std::string& change : changes) EXPECT_THAT(change, HasSubstr("before the broker starts again"));
  EXPECT_THAT(diff(two(), two({}, {}, "[control]\nsocket = /x\n")).general,
              ElementsAre(HasSubstr("socket of [control] is /x, was that of the service manager")));
}

TEST(ConfigDiff, AServerOfAnotherSectionIsAnotherServer) {
  const auto renamed = diff(two(), replaced(replaced(two(), "a, b", "c, b"), "[a]", "[c]"));
  ASSERT_EQ(renamed.retired.size(), 1U);
  ASSERT_EQ(renamed.added.size(), 1U);
  EXPECT_EQ(renamed.retired[0].section, "a");
  EXPECT_EQ(renamed.added[0].section, "c");
  EXPECT_THAT(renamed.changed, IsEmpty());
  EXPECT_THAT(renamed.lines(),
              ElementsAre("server 'a' [a] is taken out: the others stop showing its states", "server 'c' [c] is new"));
}

TEST(ConfigDiff, AServerThatIsOnlyTakenOutOfTheListIsRetired) {
  const auto gone = diff(two(), replaced(two(), "a, b", "b"));
  ASSERT_EQ(gone.retired.size(), 1U);
  EXPECT_EQ(gone.retired[0].section, "a");
  EXPECT_THAT(gone.added, IsEmpty());
  EXPECT_THAT(gone.changed, IsEmpty());
}

TEST(ConfigDiff, AnotherWayToAServerConnectsItAgain) {
  const auto lines = [](const std::string& now) {
    const ConfigDiff found = diff(two(), now);
    EXPECT_EQ(found.changed.size(), 1U);
    for (const ChangedServer& server : found.changed) EXPECT_TRUE(server.reconnects);
    EXPECT_THAT(found.added, IsEmpty());
    EXPECT_THAT(found.retired, IsEmpty());
    return found.lines();
  };
  EXPECT_THAT(lines(replaced(two(), "10.0.0.1", "10.0.0.9")),
              ElementsAre("server 'a' [a]: its addr is 10.0.0.9, was 10.0.0.1; it is connected again"));
  EXPECT_THAT(lines(replaced(two(), "cmd_port = 1", "cmd_port = 7")),
              ElementsAre("server 'a' [a]: its cmd_port is 7, was 1; it is connected again"));
  EXPECT_THAT(lines(replaced(two(), "evt_port = 2", "evt_port = 7")),
              ElementsAre("server 'a' [a]: its evt_port is 7, was 2; it is connected again"));
  EXPECT_THAT(lines(two("ami_trace = yes\n")),
              ElementsAre("server 'a' [a]: its ami_trace is yes, was no; it is connected again"));
  EXPECT_THAT(lines(two("", "port = 5\n")),
              ElementsAre("server 'b' [b]: its port is 5, was 5038; it is connected again"));
  EXPECT_THAT(lines(replaced(two(), zmq, "addr = 10.0.0.1\ntransport = ami\nusername = u\nsecret = hush\n")),
              ElementsAre("server 'a' [a]: its transport is ami, was zmq; it is connected again"));
}

TEST(ConfigDiff, NoLineShowsASecret) {
  const auto secret = diff(two(), replaced(two(), "hush", "whisper"));
  EXPECT_THAT(secret.lines(), ElementsAre("server 'b' [b]: its secret is another one; it is connected again"));
}

TEST(ConfigDiff, WhatOnlyPluginsKnowOfAServerLeavesItsConnectionAlone) {
  const auto change =
      diff(two("zones = x, y\n", "zones = x, y\n"),
           two("zones = x\nname = Berlin\ninclude = PJSIP/*\nexclude = PJSIP/9*, SIP/*\n", "zones = x, y\n"));
  ASSERT_EQ(change.changed.size(), 1U);
  EXPECT_FALSE(change.changed[0].reconnects);
  EXPECT_EQ(change.changed[0].now.zones, std::vector<std::string>{"x"});
  EXPECT_THAT(change.lines(), ElementsAre("server 'Berlin' [a]: its name is Berlin, was a",
                                          "server 'Berlin' [a]: its zones: x; before: x, y",
                                          "server 'Berlin' [a]: its include: PJSIP/*; before: empty",
                                          "server 'Berlin' [a]: its exclude: PJSIP/9*, SIP/*; before: empty"));
}

TEST(ConfigDiff, KeysOfGeneralAreNamedWithBothValues) {
  const auto general = [](const std::string& lines) { return two("", "", "[general]\n" + lines); };
  EXPECT_THAT(diff(two(), general("log_level = debug\nrequest_timeout = 50\ncount_messages = yes\n"
                                  "verbose_messages = yes\n"))
                  .lines(),
              ElementsAre("log_level is debug, was info", "request_timeout is 50 ms, was 1000 ms",
                          "count_messages is yes, was no", "verbose_messages is yes, was no"));
}

TEST(ConfigDiff, WhatTheCommandLineGivesChangesNothingAndIsNamedAsSuch) {
  const Config before = read(two());
  const Config now = read(two("", "", "[general]\nlog_level = debug\nrequest_timeout = 50\n[plugins]\npath = /p\n"));
  const auto lines = difference(before, now, {.log_level = true, .plugin_path = true}).lines();
  EXPECT_THAT(lines, ElementsAre("log_level is debug, was info; this changes nothing as long as --log-level is on the "
                                 "command line: restart the broker without it",
                                 "request_timeout is 50 ms, was 1000 ms", HasSubstr("as long as --plugins is on")));
  EXPECT_THAT(difference(before, now).lines(),
              ElementsAre("log_level is debug, was info", "request_timeout is 50 ms, was 1000 ms",
                          "path of [plugins] is /p, was not set"));
}

using Options = std::vector<host::OptionText>;
constexpr auto text = OptionType::text;
constexpr auto secret = OptionType::secret;

/// What `check_plugins_apart` gives for one plugin.
host::PluginCheck check(const std::string& plugin, Options options) {
  host::PluginCheck check;
  check.options.emplace(plugin, host::OptionValues::of(std::move(options)));
  return check;
}

TEST(PluginDifference, NamesThoseThatStartStopAndChange) {
  const auto lines =
      plugin_difference(read(two("", "", "[plugins]\nold = yes\n[plugin device_state]\nallow = Ping\n")),
                        check("device_state", {{"max", text, "1"}, {"same", text, "2"}, {"gone", text, "3"}}),
                        read(two("", "", "[plugins]\nnew:2 = yes\n[plugin device_state]\nallow =\nisolate = yes\n")),
                        check("device_state", {{"max", text, "5"}, {"same", text, "2"}}));
  EXPECT_THAT(lines, ElementsAre("plugin device_state: its option max is 5, was 1",
                                 "plugin device_state: its option gone is gone",
                                 "plugin device_state: its isolate is yes, was no",
                                 "plugin device_state: its allow is no action, was Ping", "plugin new:2: starts",
                                 "plugin old: stops"));
}

TEST(PluginDifference, NamesASecretAndDoesNotShowIt) {
  const Config config = read(two());
  const auto lines = [&](const Options& before, const Options& now) {
    return plugin_difference(config, check("device_state", before), config, check("device_state", now));
  };
  const auto changed = ElementsAre("plugin device_state: its option pin is another secret");
  EXPECT_THAT(lines({{"pin", secret, "hush"}}, {{"pin", secret, "whisper"}}), changed);
  EXPECT_THAT(lines({{"pin", secret, "hush"}}, {{"pin", text, "whisper"}}), changed) << "was one before";
  EXPECT_THAT(lines({{"pin", text, "hush"}}, {{"pin", secret, "whisper"}}), changed);
  EXPECT_THAT(lines({}, {{"pin", secret, "whisper"}}), changed);
  EXPECT_THAT(lines({{"pin", secret, "hush"}}, {{"pin", secret, "hush"}}), IsEmpty());
  EXPECT_THAT(lines({{"pin", secret, "hush"}}, {}), ElementsAre("plugin device_state: its option pin is gone"));
}

}  // namespace
}  // namespace amibroker::app
