// SPDX-License-Identifier: Apache-2.0
//
// The command line, wrong configurations, and the end.
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

class Start : public System {
 protected:
  /// Runs the daemon to its end.
  struct Result {
    std::optional<int> code;
    std::string output;
  };
  static Result run(const std::vector<std::string>& arguments) {
    Daemon once(AMIBROKER_DAEMON, arguments);
    const auto code = once.exit_code();
    return {code, once.output()};
  }
};

using ::testing::HasSubstr;

constexpr char one_server[] = "[servers]\nsections = a\n[a]\naddr = 127.0.0.1\ncmd_port = 1\nevt_port = 2\n";

TEST_F(Start, HelpAndVersion) {
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_THAT(run({"--help"}).output, HasSubstr("--check-config"));
  EXPECT_EQ(run({"--version"}).code, 0);
  EXPECT_THAT(run({"--version"}).output, HasSubstr("zmq-ami-broker"));
}

TEST_F(Start, WrongUseIsExitCode64) {
  const auto result = run({"--no-such-option"});
  EXPECT_EQ(result.code, 64);
  EXPECT_THAT(result.output, HasSubstr("no-such-option"));
}

TEST_F(Start, TheDefaultPluginsAreListedWithTheirOptions) {
  const auto result = run({"--list-plugins"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.output, HasSubstr("device_state"));
  EXPECT_THAT(result.output, HasSubstr("presence_state"));
}

TEST_F(Start, AGoodConfigIsReportedAsGood) {
  const auto result = run({"--check-config", folder.write("good.ini", one_server)});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("no mistakes, 1 server\n"));
  EXPECT_THAT(result.output,
              HasSubstr("plugin device_state: for the other servers, PJSIP/100 of [server-1] in the zone "
                        "north is Custom:PJSIP/100"));
}

struct Wrong {
  const char* name;
  std::string text;
  const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class WrongConfig : public Start, public ::testing::WithParamInterface<Wrong> {};

TEST_P(WrongConfig, IsRefusedWithItsLineAndExitCode78) {
  const std::string file = folder.write("wrong.ini", GetParam().text);
  for (const std::vector<std::string>& arguments :
       {std::vector{file}, std::vector<std::string>{"--check-config", file}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.code, 78);
    EXPECT_THAT(result.output, HasSubstr(file + GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongConfig,
    ::testing::Values(
        Wrong{"unknown_key", "[general]\nlog_levl = info\n" + std::string(one_server),
              ":2: unknown key \"log_levl\" in [general] (did you mean \"log_level\"?)"},
        Wrong{"missing_section", "[servers]\nsections = a\n", ":2: "},
        Wrong{"bad_port", "[servers]\nsections = a\n[a]\naddr = x\ncmd_port = 70000\nevt_port = 2\n", ":5: "},
        Wrong{"duplicate_server", std::string(one_server) + "[a]\naddr = y\n", ":7: "},
        Wrong{"unknown_plugin", std::string(one_server) + "[plugins]\ndevice_stat = yes\n", ":8: "},
        Wrong{"unknown_plugin_option", std::string(one_server) + "[plugin device_state]\nmax_devises = 7\n", ":8: "},
        Wrong{
            "wrong_template", std::string(one_server) + "[plugin device_state]\nname_template = {device}\n",
            ":8: plugin device_state option name_template = {device}: it must begin with Custom:. Use Custom:{device}"},
        Wrong{"custom_and_slash", std::string(one_server) + "[plugin device_state]\ncustom = yes\n",
              ":8: plugin device_state option custom = yes does not go together with name_template = Custom:{device}"}),
    [](const auto& info) { return info.param.name; });

/// A mistake of each kind: a key, a file with a secret, and a plugin's option.
constexpr char three_mistakes[] =
    "[general]\nlog_levl = info\n[servers]\nsections = a\n"
    "[a]\ntransport = ami\naddr = 127.0.0.1\nusername = u\nsecret_file = nobody-made-it\n"
    "[plugin device_state]\nmax_devises = 7\n";

TEST_F(Start, AllMistakesAreNamedInOnePass) {
  const std::string file = folder.write("wrong.ini", three_mistakes);
  for (const std::vector<std::string>& arguments :
       {std::vector{file}, std::vector<std::string>{"--check-config", file}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.code, 78);
    EXPECT_THAT(result.output, AllOf(HasSubstr(file + ":2: unknown key"), HasSubstr(file + ":9: secret_file"),
                                     HasSubstr(file + ":11: ")));
  }
}

TEST_F(Start, ACheckAsJsonIsOneObject) {
  const std::string wrong = folder.write("wrong.ini", three_mistakes);
  const auto found = run({"--check-config", "--json", wrong});
  EXPECT_EQ(found.code, 78);
  const auto object = nlohmann::json::parse(found.output);
  EXPECT_EQ(object["file"], wrong);
  std::vector<int> lines;
  for (const auto& error : object["errors"]) lines.push_back(error["line"]);
  EXPECT_THAT(lines, ::testing::ElementsAre(2, 9, 11)) << found.output;

  const auto none = run({"--check-config", "--json", folder.write("good.ini", one_server)});
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(nlohmann::json::parse(none.output)["errors"], nlohmann::json::array());
}

TEST_F(Start, MistakesAtTheStartHaveThePriorityOfTheJournal) {
  const std::string file = folder.write("wrong.ini", three_mistakes);
  // As systemd does it: the variable names what stderr is.
  Daemon once("/bin/sh",
              {"-c", R"(JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" "$1")", AMIBROKER_DAEMON, file});
  EXPECT_EQ(once.exit_code(), 78);
  EXPECT_THAT(once.output(), AllOf(HasSubstr("<3>" + file + ":2: "), HasSubstr("\n<3>" + file + ":11: ")));
}

TEST_F(Start, AMissingFileIsExitCode78) {
  const auto result = run({"/no/such/file.ini"});
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.output, HasSubstr("/no/such/file.ini"));
}

TEST_F(Start, ALineWithHundredsOfServersWorks) {
  std::string sections = "[servers]\nsections = ";
  std::string rest;
  for (int i = 0; sections.size() < 5000; ++i) {
    const std::string name = "server-with-a-long-name-" + std::to_string(i);
    sections += (i > 0 ? ", " : "") + name;
    rest += "[" + name + "]\naddr = 127.0.0.1\ncmd_port = " + std::to_string(2 * i + 1) +
            "\nevt_port = " + std::to_string(2 * i + 2) + "\n";
  }
  const auto result = run({"--check-config", folder.write("long.ini", sections + "\n" + rest)});
  EXPECT_EQ(result.code, 0) << result.output;
}

TEST_F(Start, SigintAndSigtermEndItInOrder) {
  make_fleet(2);
  for (const int number : {SIGTERM, SIGINT}) {
    start_and_connect();
    daemon->signal(number);
    EXPECT_EQ(daemon->exit_code(), 0) << daemon->output();
    EXPECT_THAT(daemon->output(), HasSubstr("stopping on signal"));
  }
}

TEST_F(Start, TraceVerboseAndCountSayWhatHappens) {
  make_fleet(2);
  std::string text = config("verbose_messages = yes\ncount_messages = yes\n");
  text.insert(text.find("name = Console 0"), "ami_trace = yes\n");
  start(text);
  connect();
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_TRUE(daemon->says(R"([server-0] <- {"Event":"DeviceStateChange")"));
  EXPECT_TRUE(daemon->says("plugin device_state"));
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), AllOf(HasSubstr("messages: server 'Console 0': "), HasSubstr("1 DeviceStateChange")));
}

}  // namespace
}  // namespace amibroker::system_test
