// SPDX-License-Identifier: Apache-2.0
//
// What a right configuration means.
#include "core/app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/link/transport.hpp"

namespace amibroker::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

std::vector<std::string> texts(const std::vector<base::Problem>& list) {
  std::vector<std::string> result;
  for (const auto& error : list) result.push_back(to_string("f", error));
  return result;
}

Config parse_good(std::string_view text) {
  const LoadedConfig loaded = parse_config(text);
  EXPECT_THAT(texts(loaded.errors), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), IsEmpty());
  return loaded.config;
}

constexpr std::string_view one_server = "[servers]\nsections = a\n[a]\naddr = 10.0.0.1\ncmd_port = 1\nevt_port = 2\n";

Config parse_with_server(std::string_view text) { return parse_good(std::string(one_server) + std::string(text)); }

TEST(Config, TheControlSocketIsSystemdsUnlessTheFileNamesOneOrNone) {
  const auto control = [](const std::string& keys) { return parse_with_server("[control]\n" + keys).control; };
  EXPECT_FALSE(parse_with_server("").control.socket);
  EXPECT_EQ(control("socket =\n").socket, "");
  EXPECT_EQ(control("socket = /run/x.sock\n").socket, "/run/x.sock");
  EXPECT_EQ(parse_config(std::string(one_server) + "[control]\nsocket = x.sock\n", "/etc/b").config.control.socket,
            "/etc/b/x.sock");
  const ControlSettings groups = control("look_group = root\nchange_group = root\n");
  EXPECT_EQ(groups.rights.look, gid_t{0});
  EXPECT_EQ(groups.rights.change, gid_t{0});
  EXPECT_EQ(groups.look_group, "root");
}

TEST(Config, TheOriginalsFileIsReadUnchanged) {
  const Config config = parse_good(R"([general]
device_state = yes        ; distribute device states   -> plugin device_state
presence = no             ; distribute presence states -> plugin presence_state
;debug, info, warning, error
log_level = info
request_timeout = 1000    ; milliseconds an action may take
count_messages  = no      ; reserved in the original
verbose_messages = no     ; print the actions and state events that are handled
[servers]
sections = server-1, server-2
[server-1]
name = Console 1
addr = 192.168.56.101
cmd_port = 30967
evt_port = 30968
ami_trace = no            ; print every message of this server
[server-2]
name = Console 2
addr = 192.168.56.102
cmd_port = 30967
evt_port = 30968
ami_trace = yes
)");
  EXPECT_EQ(config.log_level, Level::info);
  EXPECT_EQ(config.request_timeout, 1000ms);
  EXPECT_EQ(config.hang_limit, 10s);
  EXPECT_EQ(config.stop_limit, 5s);
  EXPECT_FALSE(config.count_messages);
  EXPECT_FALSE(config.verbose_messages);
  EXPECT_EQ(config.plugin_path, "");
  ASSERT_THAT(config.plugins, SizeIs(2));
  EXPECT_EQ(config.plugins[0].name, "device_state");
  EXPECT_TRUE(config.plugins[0].enabled);
  EXPECT_EQ(config.plugins[0].line, 2);
  EXPECT_EQ(config.plugins[1].name, "presence_state");
  EXPECT_FALSE(config.plugins[1].enabled);
  EXPECT_EQ(config.plugins[1].line, 3);
  ASSERT_THAT(config.servers, SizeIs(2));
  EXPECT_EQ(config.servers[0].section, "server-1");
  EXPECT_EQ(config.servers[0].name, "Console 1");
  EXPECT_EQ(config.servers[0].addr, "192.168.56.101");
  EXPECT_EQ(config.servers[0].access->place(), "command port 30967, event port 30968");
  EXPECT_FALSE(config.servers[0].trace);
  EXPECT_EQ(config.servers[1].section, "server-2");
  EXPECT_TRUE(config.servers[1].trace);
}

TEST(Config, AMissingKeyHasItsDefault) {
  const Config config = parse_with_server("");
  EXPECT_EQ(config.log_level, Level::info);
  EXPECT_EQ(config.request_timeout, 1000ms);
  EXPECT_FALSE(config.count_messages);
  EXPECT_FALSE(config.verbose_messages);
  ASSERT_THAT(config.plugins, SizeIs(2));
  EXPECT_TRUE(config.plugins[0].enabled);
  EXPECT_EQ(config.plugins[0].line, 0);
  EXPECT_FALSE(config.plugins[1].enabled);
  EXPECT_EQ(config.plugins[1].line, 0);
  ASSERT_THAT(config.servers, SizeIs(1));
  EXPECT_EQ(config.servers[0].name, "a");
  EXPECT_FALSE(config.servers[0].trace);
}

TEST(Config, AllGeneralKeysAreTaken) {
  const Config config = parse_with_server(
      "[general]\nlog_level = Warning\nrequest_timeout = 600000\nhang_limit = 0\nstop_limit = 300\n"
      "count_messages = ON\nverbose_messages = 1\n"
      "device_state = off\npresence = True\n");
  EXPECT_EQ(config.log_level, Level::warning);
  EXPECT_EQ(config.request_timeout, 600s);
  EXPECT_EQ(config.hang_limit, 0s);
  EXPECT_EQ(config.stop_limit, 300s);
  EXPECT_TRUE(config.count_messages);
  EXPECT_TRUE(config.verbose_messages);
  EXPECT_FALSE(config.plugins[0].enabled);
  EXPECT_TRUE(config.plugins[1].enabled);
}

TEST(Config, PluginsSectionWinsOverTheOriginalsKeysWhereverItIs) {
  const Config config = parse_with_server(
      "[plugins]\npath = /opt/p\ndevice_state = no\npresence_state = yes\nlamps = yes\n"
      "[general]\ndevice_state = yes\npresence = no\n");
  EXPECT_EQ(config.plugin_path, "/opt/p");
  ASSERT_THAT(config.plugins, SizeIs(3));
  EXPECT_FALSE(config.plugins[0].enabled);
  EXPECT_EQ(config.plugins[0].line, 9);
  EXPECT_TRUE(config.plugins[1].enabled);
  EXPECT_EQ(config.plugins[2].name, "lamps");
  EXPECT_TRUE(config.plugins[2].enabled);
  EXPECT_EQ(config.plugins[2].line, 11);
}

TEST(Config, OneLibraryMayBeSeveralPlugins) {
  const Config config = parse_with_server(
      "[plugins]\nPath: /opt/a=b:c\nlamps = yes\nlamps:2 = yes\nlamps:three=no ; = yes\n"
      "hello: yes\n[plugin lamps:2]\ncolour: a=b\n");
  EXPECT_EQ(config.plugin_path, "/opt/a=b:c");
  ASSERT_THAT(config.plugins, SizeIs(6));
  EXPECT_EQ(config.plugins[2].name, "lamps");
  EXPECT_THAT(config.plugins[2].settings, IsEmpty());
  EXPECT_EQ(config.plugins[3].name, "lamps:2");
  EXPECT_TRUE(config.plugins[3].enabled);
  ASSERT_THAT(config.plugins[3].settings, SizeIs(1));
  EXPECT_EQ(config.plugins[3].settings[0].key, "colour");
  EXPECT_EQ(config.plugins[3].settings[0].value, "a=b");
  EXPECT_EQ(config.plugins[4].name, "lamps:three");
  EXPECT_FALSE(config.plugins[4].enabled);
  EXPECT_EQ(config.plugins[5].name, "hello");
}

TEST(Config, PluginSettingsComeRawWithTheirLines) {
  const Config config = parse_with_server(
      "[plugin lamps]\nColour = Red; dark ; not the comment\nlist = a,\n  b,\n  c\nempty =\n[plugins]\nlamps = no\n");
  ASSERT_THAT(config.plugins, SizeIs(3));
  EXPECT_FALSE(config.plugins[2].enabled);
  const auto& settings = config.plugins[2].settings;
  ASSERT_THAT(settings, SizeIs(3));
  EXPECT_EQ(settings[0].key, "colour");
  EXPECT_EQ(settings[0].value, "Red; dark");
  EXPECT_EQ(settings[0].line, 8);
  EXPECT_EQ(settings[1].value, "a, b, c");
  EXPECT_EQ(settings[1].line, 9);
  EXPECT_EQ(settings[2].key, "empty");
  EXPECT_EQ(settings[2].value, "");
}

TEST(Config, SettingsOfADefaultPluginNeedNoSwitch) {
  const Config config = parse_with_server("[plugin device_state]\nlost_after = 30\n");
  ASSERT_THAT(config.plugins, SizeIs(2));
  ASSERT_THAT(config.plugins[0].settings, SizeIs(1));
  EXPECT_TRUE(config.plugins[0].enabled);
}

TEST(Config, SettingsOfAPluginThatIsNeverSwitchedAreAWarning) {
  const LoadedConfig loaded = parse_config(std::string(one_server) + "[plugin device_stat]\nx = 1\n");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(texts(loaded.warnings),
              ElementsAre("f:7: the settings of [plugin device_stat] are not used: add \"device_stat = yes\" to "
                          "[plugins] (did you mean \"device_state\"?)"));
  ASSERT_THAT(loaded.config.plugins, SizeIs(3));
  EXPECT_FALSE(loaded.config.plugins[2].enabled);
}

TEST(Config, AServerThatIsNotListedIsAWarning) {
  const LoadedConfig loaded = parse_config(std::string(one_server) + "[b]\naddr = 10.0.0.2\ncmd_port = x\n");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(texts(loaded.warnings), ElementsAre("f:7: [b] is not used: \"sections\" in [servers] does not list it"));
  EXPECT_THAT(loaded.config.servers, SizeIs(1));
}

TEST(Config, SectionsMayContinueInIndentedLines) {
  const Config config = parse_good(
      "[servers]\nsections =\n  a,   ; first\n\n; comment\n\tb\n  c, d\n"
      "[a]\naddr = h1\ncmd_port = 1\nevt_port = 2\n[b]\naddr = h2\ncmd_port = 1\nevt_port = 2\n"
      "[c]\naddr = h3\ncmd_port = 1\nevt_port = 2\n[d]\naddr = h4\ncmd_port = 1\nevt_port = 2\n");
  std::vector<std::string> names;
  for (const auto& server : config.servers) names.push_back(server.section);
  EXPECT_THAT(names, ElementsAre("a", "b", "c", "d"));
}

TEST(Config, ASectionsLineOfFiveThousandCharactersWorks) {
  std::string list;
  std::string rest;
  std::vector<std::string> expected;
  while (list.size() < 5000) {
    const std::string name = "server-" + std::to_string(expected.size() + 1);
    expected.push_back(name);
    list += (list.empty() ? "" : ", ") + name;
    rest += "[" + name + "]\naddr = " + name + ".example.org\ncmd_port = 30967\nevt_port = 30968\n";
  }
  const Config config = parse_good("[servers]\nsections = " + list + "   ; all of them\n" + rest);
  std::vector<std::string> names;
  for (const auto& server : config.servers) names.push_back(server.section);
  EXPECT_EQ(names, expected);
}

TEST(Config, Ipv6AndHostNamesAreAddresses) {
  const Config config = parse_good(
      "[servers]\nsections = a, b, c\n[a]\naddr = [fd00::1]\ncmd_port = 1\nevt_port = 2\n"
      "[b]\naddr: fd00::2\ncmd_port: 1\nevt_port: 2\n[c]\naddr = pbx-3.example.org\ncmd_port = 1\nevt_port = 2\n");
  ASSERT_THAT(config.servers, SizeIs(3));
  EXPECT_EQ(config.servers[0].addr, "fd00::1");
  EXPECT_EQ(config.servers[1].addr, "fd00::2");
  EXPECT_EQ(config.servers[2].addr, "pbx-3.example.org");
}

TEST(Config, ZonesAndFiltersOfAServerAreListsThatMayContinueInIndentedLines) {
  const LoadedConfig loaded = parse_config(
      "[servers]\nsections = a, b\n[a]\naddr = h1\ncmd_port = 1\nevt_port = 2\nzones = berlin,, HQ-2 , \n"
      "include = PJSIP/*,   ; phones\n  SIP/*\n  IAX2/a b\nexclude = PJSIP/9[0-9]?\n"
      "[b]\naddr = h2\ncmd_port = 1\nevt_port = 2\nzones =\n");
  ASSERT_TRUE(loaded.ok());
  const Config& config = loaded.config;
  ASSERT_THAT(config.servers, SizeIs(2));
  EXPECT_THAT(config.servers[0].zones, ElementsAre("berlin", "HQ-2"));
  EXPECT_THAT(config.servers[0].include, ElementsAre("PJSIP/*", "SIP/*", "IAX2/a b"));
  EXPECT_THAT(config.servers[0].exclude, ElementsAre("PJSIP/9[0-9]?"));
  EXPECT_THAT(config.servers[1].zones, IsEmpty());
  EXPECT_THAT(config.servers[1].include, IsEmpty());
  EXPECT_THAT(config.servers[1].exclude, IsEmpty());
}

TEST(Config, AZoneThatOneServerAloneNamesIsAWarningWithTheNearestZone) {
  const LoadedConfig loaded = parse_config(
      "[servers]\nsections = a, b, c\n[a]\naddr = h1\ncmd_port = 1\nevt_port = 2\nzones = berlin, hq\n"
      "[b]\naddr = h2\ncmd_port = 1\nevt_port = 2\nzones = berlni\n"
      "[c]\naddr = h3\ncmd_port = 1\nevt_port = 2\nzones = hq, berlin\n");
  EXPECT_TRUE(loaded.ok());
  EXPECT_THAT(
      texts(loaded.warnings),
      ElementsAre("f:12: zones: no server but [b] names the zone \"berlni\", so nothing is shared by it (did you "
                  "mean \"berlin\"?)"));
}

TEST(Config, TwoZonesThatDifferByATypingMistakeAreBothNamed) {
  const LoadedConfig loaded = parse_config(
      "[servers]\nsections = a, b\n[a]\naddr = h1\ncmd_port = 1\nevt_port = 2\nzones = berlin\n"
      "[b]\naddr = h2\ncmd_port = 1\nevt_port = 2\nzones = berlni\n");
  EXPECT_THAT(texts(loaded.warnings), ElementsAre(testing::EndsWith("(did you mean \"berlni\"?)"),
                                                  testing::EndsWith("(did you mean \"berlin\"?)")));
}

TEST(Config, ServersAtOneAddressDifferByTheirPorts) {
  const Config config = parse_good(
      "[servers]\nsections = a, b\n[a]\naddr = 127.0.0.1\ncmd_port = 1\nevt_port = 2\n"
      "[b]\naddr = 127.0.0.1\ncmd_port = 3\nevt_port = 4\n");
  EXPECT_THAT(config.servers, SizeIs(2));
}

TEST(Config, ServersMayBeReachedByTheirManagerInterface) {
  const LoadedConfig loaded = parse_config(
      "[servers]\nsections = a, b, c\n[a]\naddr = h1\ntransport = AMI\nusername = broker\nsecret = s3 cret\n"
      "[b]\naddr = h2\ntransport = ami\nusername = u\nsecret = s\ntls = yes\nca_file = /proc/self/exe\n"
      "[c]\naddr = h3\ntransport = ami\nport = 7\nusername = u\nsecret = s\nplain_login = yes\ntls = yes\n"
      "tls_insecure = yes\n");
  ASSERT_TRUE(loaded.ok()) << loaded.errors.front().text;
  const auto& servers = loaded.config.servers;
  for (const ServerSettings& server : servers) EXPECT_EQ(server.transport, link::find_transport("ami"));
  EXPECT_EQ(servers[0].access->place(), "port 5038");
  EXPECT_EQ(servers[1].access->place(), "port 5039, TLS");
  EXPECT_EQ(servers[2].access->place(), "port 7, TLS");
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_EQ(loaded.warnings[0].line, 23);
}

TEST(Config, PluginsKnowTheServersAndTheFolderForTheirOptions) {
  const std::string text = std::string(one_server) + "[plugins]\nhello = yes\n";
  const Config config = parse_config(text, "/etc/broker").config;
  ASSERT_THAT(config.plugins, SizeIs(3));
  for (const auto& plugin : config.plugins) {
    ASSERT_NE(plugin.context, nullptr) << plugin.name;
    EXPECT_THAT(plugin.context->servers, ElementsAre("a"));
    EXPECT_EQ(plugin.context->folder, "/etc/broker");
  }
}

}  // namespace
}  // namespace amibroker::app
