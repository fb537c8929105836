// SPDX-License-Identifier: Apache-2.0
//
// Every mistake of a configuration with the line and the text that it is reported with.
#include <gtest/gtest.h>

#include <ostream>

#include "core/app/config.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::app {
namespace {

struct Mistake {
  const char* name;
  std::string text;
  std::vector<std::string> errors;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.name; }

/// A whole server from line 1 on, followed by `text` from line 7 on.
std::string with_server(const std::string& text) {
  return "[servers]\nsections = a\n[a]\naddr = 10.0.0.1\ncmd_port = 1\nevt_port = 2\n" + text;
}

/// A section [general] from line 1 on, then a whole server.
std::string general(const std::string& text) { return "[general]\n" + text + "\n" + with_server(""); }

/// The keys of server `a` from line 4 on.
std::string server(const std::string& keys) { return "[servers]\nsections = a\n[a]\n" + keys; }

/// Servers a and b; the keys of b from line 8 on.
std::string two_servers(const std::string& keys) {
  return "[servers]\nsections = a, b\n[a]\naddr = PBX.lan\ncmd_port = 1\nevt_port = 2\n[b]\n" + keys;
}

const std::string ports = "cmd_port = 1\nevt_port = 2\n";
const std::string n60(60, 'n');
const std::string plugin_rule = " is no name of a plugin: it is made of " + std::string(host::plugin_name_rule);

class ConfigErrors : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigErrors, IsReportedWithLineAndText) {
  std::vector<std::string> errors;
  for (const auto& error : parse_config(GetParam().text).errors) errors.push_back(to_string("f", error));
  EXPECT_EQ(errors, GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, ConfigErrors,
    testing::Values(
        Mistake{"unknown_key",
                general("log_lvel = info"),
                {"f:2: unknown key \"log_lvel\" in [general] (did you mean \"log_level\"?)"}},
        Mistake{
            "unknown_key_far_from_all", general("zzzzzzzzzz = 1"), {"f:2: unknown key \"zzzzzzzzzz\" in [general]"}},
        Mistake{"unknown_key_of_server",
                server("addr = h\ncmdport = 5\n" + ports),
                {"f:5: unknown key \"cmdport\" in [a] (did you mean \"cmd_port\"?)"}},
        Mistake{"unknown_key_of_servers",
                with_server("") + "[plugin device_state]\n[general]\n" + "section = a",
                {"f:9: unknown key \"section\" in [general]"}},
        Mistake{"duplicate_key",
                general("presence = no\nlog_level = info\nPresence = yes"),
                {"f:4: the key \"presence\" is there already, in line 2: delete one of the two"}},
        Mistake{"key_before_section",
                "presence = no\n" + with_server(""),
                {"f:1: the key \"presence\" is before the first [section]"}},
        Mistake{"no_equals_sign",
                general("presence no"),
                {"f:2: no \"=\" in this line: a line is \"key = value\", \"[section]\" or a comment"}},
        Mistake{"no_equals_sign_in_a_long_line",
                general("presence = no\n" + std::string(1000, 'x') + " = 1\n  more"),
                {"f:3: no \"=\" in this line: a line is \"key = value\", \"[section]\" or a comment"}},
        Mistake{"no_key", general("= no"), {"f:2: no key before the \"=\""}},
        Mistake{"long_key", general(n60 + " = 1"), {"f:2: the key \"" + n60 + "\" is longer than 49 characters"}},
        Mistake{"bad_boolean", general("presence = maybe"), {"f:2: presence = \"maybe\": write yes or no"}},
        Mistake{"near_boolean",
                general("presence = Flase"),
                {"f:2: presence = \"Flase\": write yes or no (did you mean \"false\"?)"}},
        Mistake{"empty_boolean", general("presence ="), {"f:2: presence = \"\": write yes or no"}},
        Mistake{"bad_level",
                general("log_level = Warnin"),
                {"f:2: log_level = \"Warnin\": write debug, info, warning or error (did you mean \"warning\"?)"}},
        Mistake{"bad_number",
                general("request_timeout = 1s"),
                {"f:2: request_timeout = \"1s\": write a whole number from 10 to 600000 milliseconds"}},
        Mistake{"number_too_small",
                general("request_timeout = 9"),
                {"f:2: request_timeout = \"9\": write a whole number from 10 to 600000 milliseconds"}},
        Mistake{"number_too_great",
                general("request_timeout = 600001"),
                {"f:2: request_timeout = \"600001\": write a whole number from 10 to 600000 milliseconds"}},
        Mistake{"hang_limit_too_great",
                general("hang_limit = 3601"),
                {"f:2: hang_limit = \"3601\": write a whole number from 0 to 3600 seconds"}},
        Mistake{"stop_limit_too_small",
                general("stop_limit = 0"),
                {"f:2: stop_limit = \"0\": write a whole number from 1 to 300 seconds"}},
        Mistake{
            "number_that_overflows",
            general("request_timeout = 99999999999999999999"),
            {"f:2: request_timeout = \"99999999999999999999\": write a whole number from 10 to 600000 milliseconds"}},
        Mistake{"value_goes_on",
                general("presence = no\n log_level = info"),
                {"f:3: this line is indented, so it continues \"presence\" of line 2, which takes one line only: begin "
                 "it where "
                 "that line begins"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Sections, ConfigErrors,
    testing::Values(
        Mistake{"empty_file",
                "",
                {"f: no servers: list the servers' sections in [servers]: sections = server-1, server-2"}},
        Mistake{"no_sections_key",
                "[general]\n[servers]\n",
                {"f:2: no servers: list the servers' sections in [servers]: sections = server-1, server-2"}},
        Mistake{"empty_sections",
                "[servers]\nsections = ,\n",
                {"f:2: no servers: list the servers' sections in [servers]: sections = server-1, server-2"}},
        Mistake{"unknown_key_beside_sections",
                "[servers]\nsection = a\n",
                {"f:1: no servers: list the servers' sections in [servers]: sections = server-1, server-2",
                 "f:2: unknown key \"section\" in [servers] (did you mean \"sections\"?)"}},
        Mistake{"unknown_section",
                with_server("[Genral]\n"),
                {"f:7: unknown section [Genral] (did you mean \"general\"?)"}},
        Mistake{"section_in_the_wrong_case",
                with_server("[General]\npresence = no\n"),
                {"f:7: unknown section [General] (did you mean \"general\"?)"}},
        Mistake{"missing_section",
                "[servers]\nsections = a, server-2\n[a]\naddr = h\n" + ports + "[servr-2]\nx = 1\n",
                {"f:2: sections: there is no section [server-2] (did you mean \"servr-2\"?)",
                 "f:7: unknown section [servr-2] (did you mean \"server-2\"?)"}},
        Mistake{"missing_section_with_a_long_name",
                "[servers]\nsections = " + n60 + n60 + "\n",
                {"f:2: sections: there is no section [" + n60 + "...]"}},
        Mistake{"reserved_name",
                "[servers]\nsections = general\n[general]\n",
                {"f:2: sections: \"general\" cannot be the name of a server"}},
        Mistake{"listed_twice",
                "[servers]\nsections = a, a\n[a]\naddr = h\n" + ports,
                {"f:2: sections: \"a\" is there twice"}},
        Mistake{"duplicate_section",
                with_server("[a]\nnonsense = 1\n"),
                {"f:7: the section [a] is there already, in line 3: put its keys together"}},
        Mistake{"no_bracket",
                "[servers]\nsections = a\n[a\naddr = h\n" + ports,
                {"f:3: the section \"[a\" has no closing \"]\""}},
        Mistake{"no_section_name", with_server("[ ]\nx = 1\n"), {"f:7: a section without a name"}},
        Mistake{"long_section_name",
                with_server("[" + n60 + "]\nx = 1\n"),
                {"f:7: the section's name \"" + n60 + "\" is longer than 49 characters"}},
        Mistake{"very_long_section_name",
                with_server("[" + std::string(5000, 'n') + "]\nx = 1\n"),
                {"f:7: the section's name \"" + n60 + "...\" is longer than 49 characters"}},
        Mistake{"plugin_without_a_name",
                with_server("[plugin]\n"),
                {"f:7: \"\"" + plugin_rule + "; the section is [plugin NAME]"}},
        Mistake{"plugin_with_a_wrong_name",
                with_server("[plugin ../x]\n[plugins]\nx-y = yes\nz = si\n"),
                {"f:7: \"../x\"" + plugin_rule + "; the section is [plugin NAME]", "f:9: \"x-y\"" + plugin_rule,
                 "f:10: z = \"si\": write yes or no"}},
        Mistake{"instance_with_a_wrong_name",
                with_server("[plugins]\na:b:c = yes\n:2 = yes\nx: = yes\nx:- = no\n[plugin x:]\n[plugin X:2]\n"),
                {"f:8: \"a:b:c\"" + plugin_rule, "f:9: \":2\"" + plugin_rule, "f:10: \"x:\"" + plugin_rule,
                 "f:11: \"x:-\"" + plugin_rule, "f:12: \"x:\"" + plugin_rule + "; the section is [plugin NAME]",
                 "f:13: \"X:2\"" + plugin_rule + "; the section is [plugin NAME]"}},
        Mistake{"instance_with_a_long_name",
                with_server("[plugins]\nx:" + std::string(33, 'n') + " = yes\nx:" + std::string(58, 'n') + " = yes\n"),
                {"f:8: \"x:" + std::string(33, 'n') + "\"" + plugin_rule,
                 "f:9: the key \"x:" + std::string(58, 'n') + "\" is longer than 49 characters"}},
        Mistake{"instance_twice",
                with_server("[plugins]\nx:2 = yes\nX:2 = no\nx = yes\n"),
                {"f:9: the key \"x:2\" is there already, in line 8: delete one of the two"}},
        Mistake{"plugin_twice",
                with_server("[plugins]\nx = yes\n[plugin x]\na = 1\n[plugin  x]\na = 2\n"),
                {"f:11: the settings of plugin \"x\" are there already, in line 10: put them together"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Servers, ConfigErrors,
    testing::Values(
        Mistake{"nothing_in_it",
                server(""),
                {"f:3: [a] has no addr", "f:3: [a] has no cmd_port", "f:3: [a] has no evt_port"}},
        Mistake{"empty_addr", server("addr =\n" + ports), {"f:4: addr: the address is empty"}},
        Mistake{"bad_addr",
                server("addr = 10.0.0.256\n" + ports),
                {"f:4: addr: \"10.0.0.256\" is no address: an IPv4 address is four numbers from 0 to 255"}},
        Mistake{"port_zero",
                server("addr = h\ncmd_port = 0\nevt_port = 2"),
                {"f:5: cmd_port = \"0\": write a whole number from 1 to 65535"}},
        Mistake{"port_too_great",
                server("addr = h\ncmd_port = 1\nevt_port = 65536"),
                {"f:6: evt_port = \"65536\": write a whole number from 1 to 65535"}},
        Mistake{"port_no_number",
                server("addr = h\ncmd_port = http\nevt_port = +2"),
                {"f:5: cmd_port = \"http\": write a whole number from 1 to 65535",
                 "f:6: evt_port = \"+2\": write a whole number from 1 to 65535"}},
        Mistake{
            "same_port",
            server("addr = h\ncmd_port = 7\nevt_port = 7"),
            {"f:6: evt_port = 7 of h is the cmd_port of [a] in line 5 already: actions and events have a port each"}},
        Mistake{"same_server",
                two_servers("addr = pbx.LAN.\ncmd_port = 1\nevt_port = 2"),
                {"f:9: cmd_port = 1 of pbx.LAN. is the cmd_port of [a] in line 5 already: each server is there once",
                 "f:10: evt_port = 2 of pbx.LAN. is the evt_port of [a] in line 6 already: each server is there once"}},
        Mistake{"port_of_another_server",
                two_servers("addr = pbx.lan\ncmd_port = 2\nevt_port = 3"),
                {"f:9: cmd_port = 2 of pbx.lan is the evt_port of [a] in line 6 already: each server is there once"}},
        Mistake{"bad_trace", server("addr = h\nami_trace = 2\n" + ports), {"f:5: ami_trace = \"2\": write yes or no"}},
        Mistake{"bad_zone",
                server("addr = h\nzones = berlin, ber lin, " + n60 + "\n" + ports),
                {"f:5: zones: \"ber lin\" is no name of a zone: write 1 to 40 of A-Z, a-z, 0-9, \"_\" and \"-\", and "
                 "commas "
                 "between names",
                 "f:5: zones: \"" + n60 +
                     "\" is no name of a zone: write 1 to 40 of A-Z, a-z, 0-9, \"_\" and \"-\", and commas "
                     "between names"}},
        Mistake{"long_interface_of_an_address",
                server("addr = fe80::1%" + std::string(16, 'x') + "\n" + ports),
                {"f:4: addr: \"fe80::1%xxxxxxxxxxxxxxxx\" is no address: it is not IPv6"}},
        Mistake{"zone_twice",
                server("addr = h\nzones = berlin, hq, berlin\n" + ports),
                {"f:5: zones: \"berlin\" is there twice: delete one of the two"}},
        Mistake{"glob_twice",
                server("addr = h\ninclude = PJSIP/*,\n  PJSIP/*\n" + ports),
                {"f:5: include: \"PJSIP/*\" is there twice: delete one of the two"}},
        Mistake{"tab_in_a_glob",
                server("addr = h\nexclude = PJSIP/1*\tPJSIP/2*\n" + ports),
                {"f:5: exclude: \"PJSIP/1*\tPJSIP/2*\" holds a tab: delete it, and write commas between globs"}},
        Mistake{
            "control_unknown_group",
            with_server("[control]\nlook_group = no_such_group_here\nsockt = /x\n"),
            {"f:8: look_group = \"no_such_group_here\": this machine has no such group; make it (groupadd --system), "
             "or name another one",
             "f:9: unknown key \"sockt\" in [control] (did you mean \"socket\"?)"}},
        Mistake{"control_socket_too_long",
                with_server("[control]\nsocket = /" + std::string(107, 'x') + "\n"),
                {"f:8: socket: the path is longer than 107 bytes"}},
        Mistake{"control_byte_in_a_glob",
                server("addr = h\nexclude = PJSIP/\x01*\n" + ports),
                {"f:5: byte 0x01 in column 17: only text is allowed; delete it"}},
        Mistake{"near_zones",
                server("addr = h\nzone = berlin\n" + ports),
                {"f:5: unknown key \"zone\" in [a] (did you mean \"zones\"?)"}},
        Mistake{"name_goes_on",
                server("addr = h\nname = x\n  y\n" + ports),
                {"f:6: this line is indented, so it continues \"name\" of line 5, which takes one line only: begin it "
                 "where that "
                 "line begins"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Bytes, ConfigErrors,
    testing::Values(
        Mistake{"nul_byte",
                general(std::string("log_level = in\0fo\0", 18)),
                {"f:2: byte 0x00 in column 15: only text is allowed; delete it",
                 "f:2: log_level = \"in?fo?\": write debug, info, warning or error (did you mean \"info\"?)"}},
        Mistake{"control_byte",
                with_server("[general]\npre\x01sence = no\n"),
                {"f:8: byte 0x01 in column 4: only text is allowed; delete it",
                 "f:8: unknown key \"pre?sence\" in [general] (did you mean \"presence\"?)"}},
        Mistake{"control_byte_in_addr",
                server("addr = h\x7f\n" + ports),
                {"f:4: byte 0x7f in column 9: only text is allowed; delete it",
                 "f:4: addr: \"h?\" is no address: a host name is made of letters, digits, \"-\" and \".\""}},
        Mistake{"utf16", std::string("\xff\xfe[\0g\0", 6), {"f: is in UTF-16: save it as UTF-8"}},
        Mistake{"too_long",
                std::string(max_config_bytes + 1, ';'),
                {"f: longer than 1048576 bytes: this is not a configuration"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ConfigErrorList, AllMistakesOfAFileComeInOneRunInTheOrderOfTheLines) {
  std::vector<int> lines;
  const std::string file =
      "[general]\npresence = x\nlog_level = y\n[nonsense]\n[servers]\nsections = a, b\n[a]\naddr = ?\n";
  for (const auto& error : parse_config(file).errors) lines.push_back(error.line);
  EXPECT_EQ(lines, (std::vector<int>{2, 3, 4, 6, 7, 7, 8}));
}

TEST(ConfigErrorList, NoMorePluginsThanTheMostAreTaken) {
  std::string text = with_server("[plugins]\n");
  for (std::size_t i = 2; i < max_plugins; ++i) text += "p" + std::to_string(i) + " = no\n";
  EXPECT_TRUE(parse_config(text).ok());
  EXPECT_EQ(to_string("f", parse_config(text + "x = no\n").errors.at(0)),
            "f:1006: there are 1000 plugins already, and that is the most");
}

const std::string account = "transport = ami\nusername = u\nsecret = s\n";

INSTANTIATE_TEST_SUITE_P(
    Access, ConfigErrors,
    testing::Values(
        Mistake{"unknown_transport",
                server("addr = h\ntransport = amy\n" + ports),
                {"f:5: transport = \"amy\": write zmq (the module res_zmq_manager) or ami (the manager "
                 "interface of every Asterisk) (did you mean \"ami\"?)"}},
        Mistake{"unknown_transport_alone",
                server("addr = h\ntransport = x\nusername = u\nsecret = s"),
                {"f:5: transport = \"x\": write zmq (the module res_zmq_manager) or ami (the manager "
                 "interface of every Asterisk)"}},
        Mistake{"nothing_of_an_account",
                server("transport = ami"),
                {"f:3: [a] has no addr", "f:3: [a] has no username", "f:3: [a] has neither secret_file nor secret"}},
        Mistake{"keys_of_zmq",
                server("addr = h\n" + account + "cmd_port = 1"),
                {"f:8: cmd_port means something with transport = zmq only: write that too, or delete this line"}},
        Mistake{"keys_of_ami",
                server("addr = h\n" + ports + "username = u\ntls = no"),
                {"f:7: username means something with transport = ami only: write that too, or delete this line",
                 "f:8: tls means something with transport = ami only: write that too, or delete this line"}},
        Mistake{"near_a_key_of_ami_only",
                server("addr = h\n" + ports + "usrname = u"),
                {"f:7: unknown key \"usrname\" in [a]"}},
        Mistake{"near_a_key_of_zmq_only",
                server("evt_prt = 1\naddr = h\n" + account + "usrname = u"),
                {"f:4: unknown key \"evt_prt\" in [a]",
                 "f:9: unknown key \"usrname\" in [a] (did you mean \"username\"?)"}},
        Mistake{"two_secrets",
                server("addr = h\n" + account + "secret_file = /dev/null"),
                {"f:7: secret_file in line 8 names the secret already: delete one of the two",
                 "f:8: secret_file: /dev/null is not a file; name the file that holds the secret"}},
        Mistake{"empty_username",
                server("addr = h\ntransport = ami\nusername =\nsecret = s"),
                {"f:6: username: write 1 to 500 bytes without tabs and other control characters"}},
        Mistake{"secret_with_a_tab",
                server("addr = h\ntransport = ami\nusername = u\nsecret = a\tb"),
                {"f:7: secret: write 1 to 500 bytes without tabs and other control characters"}},
        Mistake{"keys_of_tls",
                server("addr = h\n" + account + "tls_insecure = yes\nca_file = /proc/self/exe"),
                {"f:8: tls_insecure means something with tls = yes only: write that too, or delete this line",
                 "f:9: ca_file means something with tls = yes only: write that too, or delete this line"}},
        Mistake{"insecure_with_authorities",
                server("addr = h\n" + account + "tls = yes\ntls_insecure = yes\nca_file = /proc/self/exe"),
                {"f:10: ca_file means something with tls_insecure = no only: write that too, or delete this line"}},
        Mistake{"missing_ca_file",
                server("addr = h\n" + account + "tls = yes\nca_file = /no/such/file"),
                {"f:9: ca_file = \"/no/such/file\" is no file that can be read: name a file of PEM certificates that "
                 "the daemon "
                 "may read"}},
        Mistake{"same_port_twice",
                two_servers("addr = pbx.lan\nport = 2\n" + account),
                {"f:9: port = 2 of pbx.lan is the evt_port of [a] in line 6 already: each server is there once"}},
        Mistake{"same_default_port",
                "[servers]\nsections = a, b\n[a]\naddr = h\n" + account + "[b]\naddr = h\n" + account,
                {"f:8: port = 5038 of h is the port of [a] in line 3 already: each server is there once"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace amibroker::app
