// SPDX-License-Identifier: Apache-2.0
//
// The commands of the daemon over its real socket, by HTTP and by zmq-ami-brokerctl.
#include <fstream>
#include <iterator>

#include "core/ctl/own_commands.hpp"
#include "core/ctl/request_line.hpp"
#include "tests/system/control_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const Json server_shape = {{"id", "number"},
                           {"section", "string"},
                           {"name", "string"},
                           {"zones", {"string"}},
                           {"transport", "string"},
                           {"address", "string"},
                           {"up", "boolean"},
                           {"since", "string"},
                           {"asterisk", "string"},
                           {"system_name", "string"},
                           {"last_loss", {{"at", "string"}, {"why", "string"}}},
                           {"window", "number"},
                           {"in_flight", "number"},
                           {"queued", "number"},
                           {"latency_seconds", {{"p50", "seconds"}, {"p99", "seconds"}}},
                           {"held", "boolean"},
                           {"counters",
                            {{"events", "number"},
                             {"lost_events", "number"},
                             {"actions", "number"},
                             {"replies", "number"},
                             {"timeouts", "number"},
                             {"late_replies", "number"},
                             {"lost_replies", "number"},
                             {"stray_replies", "number"},
                             {"bad_frames", "number"},
                             {"connects", "number"}}}};

class Control : public ControlSystem {
 protected:
  static std::string read_file(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(Control, ListsItsCommandsWithTheirArguments) {
  make_fleet(1);
  start_controlled(with_control({0}));
  std::map<std::string, std::string> levels;
  const Json all = client().get("/v1");
  for (const Json& command : all.at("commands")) {
    levels[command.at("name")] = command.at("level");
    EXPECT_FALSE(command.at("help").get<std::string>().empty()) << command;
    for (const Json& argument : command.at("arguments"))
      EXPECT_EQ(shape(argument),
                (Json{{"name", "string"}, {"type", "string"}, {"required", "boolean"}, {"help", "string"}}));
  }
  const std::map<std::string, std::string> expected{
      {"status", "look"},          {"servers", "look"},          {"server", "look"},
      {"plugins", "look"},         {"plugin", "look"},           {"diff", "look"},
      {"reload", "change"},        {"log-level", "change"},      {"plugin-enable", "change"},
      {"plugin-reload", "change"}, {"plugin-disable", "change"}, {"resync", "change"},
      {"hold", "change"},          {"release", "change"},        {"server-add", "change"},
      {"server-drop", "change"},   {"trace", "change"},          {"hints", "look"},
      {"cluster", "look"}};
  for (const auto& [name, level] : expected) EXPECT_EQ(levels[name], level) << name;
  const Ran help = run({"help"});
  EXPECT_EQ(help.code, 0);
  for (const char* text : {"plugin enable NAME", "server add NAME", "reload [--check]", "log-level LEVEL [--for FOR]"})
    EXPECT_THAT(help.output, HasSubstr(text));
  EXPECT_THAT(run({"log-level", "--help"}).output, HasSubstr("needs the right to change"));
}

TEST_F(Control, EachCommandIsInThePageAndInTheManPage) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const std::string page = read_file(AMIBROKER_CONTROL_PAGE), man = read_file(AMIBROKER_CTL_MAN);
  const Json all = ctl::with_own_commands(client().get("/v1"));
  for (const Json& command : all.at("commands")) {
    const std::string name = ctl::spelled(command, all);
    EXPECT_THAT(page, ::testing::ContainsRegex("\n### [^\n]*" + name)) << name;
    EXPECT_THAT(man, ::testing::ContainsRegex("\n\\.BI? \"?" + name + "|\n\\.BR " + name)) << name;
  }
}

TEST_F(Control, TheCompletionKnowsCommandsAndNames) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const auto complete = [&](const std::string& words) {
    const std::string path = std::filesystem::path(AMIBROKER_CTL).parent_path().string();
    Daemon shell(
        "/bin/bash",
        {"-c", "PATH=" + path + ":$PATH; source " AMIBROKER_CTL_COMPLETION "; COMP_WORDS=(zmq-ami-brokerctl --socket " +
                   socket() + " " + words +
                   "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _zmq_ami_brokerctl; "
                   "printf '<%s>' \"${COMPREPLY[@]}\""});
    EXPECT_TRUE(shell.exit_code());
    return shell.output();
  };
  EXPECT_THAT(complete("stat"), "<status>");
  EXPECT_THAT(complete("\"\""), AllOf(HasSubstr("<help>"), HasSubstr("<log-level>"), HasSubstr("<reload>")));
  EXPECT_THAT(complete("server \"\""), "<add><drop><server-0>");
  EXPECT_THAT(complete("server drop \"\""), "<server-0>");
  EXPECT_THAT(complete("hints --f"), "<--freepbx>");
  EXPECT_THAT(complete("plugin en"), "<enable>");
  EXPECT_THAT(complete("plugin disable dev"), "<device_state>");
  EXPECT_THAT(complete("reload --c"), "<--check>");
  EXPECT_THAT(complete("log-level deb"), "<debug>");
}

TEST_F(Control, WithoutAClusterThereAreNoOtherSites) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const auto [status, text] = refusal_of([&] { return look("cluster"); });
  EXPECT_EQ(status, 409);
  EXPECT_THAT(text, HasSubstr("there is no [cluster] in the configuration"));
  EXPECT_EQ(run({"cluster"}).code, 2);
  EXPECT_EQ(look("status").at("site"), nullptr);
}

TEST_F(Control, StatusSaysWhetherAllIsWellAndTheToolEndsAccordingly) {
  make_fleet(2);
  start_controlled(with_control({0, 1}));
  const Json well = look("status");
  EXPECT_EQ(shape(well),
            (Json{{"version", "string"},
                  {"started", "string"},
                  {"uptime_seconds", "seconds"},
                  {"config", {{"file", "string"}, {"read", "string"}, {"result", "string"}, {"text", "string"}}},
                  {"health", "string"},
                  {"reasons", "[]"},
                  {"servers", {{"up", "number"}, {"down", "number"}}},
                  {"plugins", {{"running", "number"}, {"waiting", "number"}, {"off", "number"}}},
                  {"site", "null"},
                  {"lamps", "null"}}))
      << well;
  EXPECT_THAT(well.at("started").get<std::string>(), ::testing::MatchesRegex("20..-..-..T..:..:..\\....Z"));
  EXPECT_EQ(well.at("health"), "well");
  EXPECT_EQ(well.at("servers"), (Json{{"up", 2}, {"down", 0}}));
  EXPECT_EQ(well.at("config").at("result"), "in force");
  EXPECT_EQ(run({"status"}).code, 0);
  EXPECT_EQ(Json::parse(run({"status", "--json"}).output).at("health"), "well");

  (*fleet)[1].kill();
  ASSERT_TRUE(daemon->says("[server-1] is down: ")) << daemon->output();
  const Ran degraded = run({"status"});
  EXPECT_EQ(degraded.code, 1);
  EXPECT_THAT(degraded.output,
              AllOf(StartsWith("degraded: 1 server up, 1 down"), HasSubstr("server server-1 is down")));

  (*fleet)[0].kill();
  ASSERT_TRUE(daemon->says("[server-0] is down: ")) << daemon->output();
  EXPECT_EQ(run({"status"}).code, 2) << "no server is up";
}

TEST_F(Control, AServerIsToldWithAllThatIsKnownOfIt) {
  std::vector<sim::ServerOptions> options(2);
  options[1].transport = sim::Transport::ami;
  make_fleet(options);
  Written written = with_control({0, 1});
  written.more = {{0, "zones = hq, west\nname = Berlin\n"}};
  start_controlled(written);
  ASSERT_TRUE(daemon->says("is Asterisk ", 20s, 2)) << daemon->output();
  (*fleet)[0].restart();
  ASSERT_TRUE(daemon->says("[server-0] is up", 20s, 2)) << daemon->output();
  ASSERT_TRUE(daemon->says("is Asterisk ", 20s, 3)) << daemon->output();

  const Json all = look("servers").at("servers");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(shape(all[0]), server_shape) << all[0];
  const Json one = look("server?name=server-0");
  EXPECT_EQ(shape(one), server_shape) << one;
  EXPECT_EQ(look("server?name=Berlin").at("id"), 0) << "by its name for people";
  EXPECT_EQ(one.at("zones"), Json::array({"hq", "west"}));
  EXPECT_EQ(one.at("transport"), "zmq");
  EXPECT_EQ(one.at("system_name"), "a1");
  EXPECT_THAT(one.at("asterisk").get<std::string>(), Not(IsEmpty()));
  EXPECT_TRUE(one.at("up"));
  EXPECT_FALSE(one.at("held"));
  EXPECT_GT(one.at("window"), 0);
  EXPECT_EQ(one.at("counters").at("connects"), 2);
  EXPECT_GE(one.at("latency_seconds").at("p99"), one.at("latency_seconds").at("p50"));
  EXPECT_GT(one.at("since"), one.at("last_loss").at("at"));
  EXPECT_TRUE(all[1].at("last_loss").is_null()) << "it was never lost: " << all[1];
  EXPECT_EQ(all[1].at("transport"), "ami");

  const Ran table = run({"servers"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.output, AllOf(HasSubstr("Berlin"), HasSubstr("server-1"), HasSubstr(" ms")));
  EXPECT_THAT(run({"server", "server-0"}).output, HasSubstr("zones"));
  const Ran unknown = run({"server", "server-7"});
  EXPECT_EQ(unknown.code, 64);
  EXPECT_THAT(unknown.output, AllOf(HasSubstr("there is no server \"server-7\""), HasSubstr("did you mean \"server-")));
}

TEST_F(Control, AServerThatIsDownSaysWhy) {
  make_fleet(2);
  (*fleet)[1].kill();
  start_controlled(with_control({0, 1}));
  ASSERT_TRUE(daemon->says("[server-1] is down: ")) << daemon->output();
  const Json down = look("server?name=server-1");
  EXPECT_FALSE(down.at("up"));
  EXPECT_TRUE(down.at("latency_seconds").is_null());
  EXPECT_THAT(down.at("last_loss").at("why").get<std::string>(), Not(IsEmpty()));
  const auto [code, text] = refusal_of([&] { return change("resync", {{"name", "server-1"}}); });
  EXPECT_EQ(code, 409);
  EXPECT_THAT(text, HasSubstr("server-1 is down"));
}

TEST_F(Control, APluginIsToldWithAllItsCounters) {
  make_fleet(1);
  start_controlled(with_control({0}, "[plugin presence_state]\nisolate = yes\n"));
  ASSERT_TRUE(daemon->says("plugin presence_state 0.1.0 runs in process ")) << daemon->output();
  const Json all = look("plugins").at("plugins");
  ASSERT_EQ(all.size(), 2U);
  Json expected = {{"name", "string"},      {"version", "string"},       {"state", "string"},
                   {"isolated", "boolean"}, {"process", "null"},         {"calls", "number"},
                   {"faults", "number"},    {"busy_seconds", "seconds"}, {"longest_seconds", "seconds"}};
  const auto without_counters = [](Json plugin) {
    for (const auto& [name, value] : plugin.at("counters").items()) EXPECT_TRUE(value.is_number_unsigned()) << name;
    plugin.erase("counters");
    return shape(plugin);
  };
  EXPECT_EQ(without_counters(all[0]), expected) << all[0];
  expected["process"] = "number";
  EXPECT_EQ(without_counters(all[1]), expected) << all[1];
  const Json one = one_plugin("presence_state");
  EXPECT_EQ(one.at("version"), "0.1.0");
  EXPECT_EQ(one.at("state"), "runs");
  EXPECT_TRUE(one.at("isolated"));
  EXPECT_THAT(daemon->output(), HasSubstr("runs in process " + one.at("process").dump()));
  EXPECT_EQ(one_plugin("device_state").at("version"), "0.1.0");
  EXPECT_THAT(run({"plugin", "device_state"}).output, HasSubstr("device_state 0.1.0"));
  const Ran unknown = run({"plugin", "devicestate"});
  EXPECT_EQ(unknown.code, 64);
  EXPECT_THAT(unknown.output, HasSubstr("did you mean \"device_state\""));
}

// --- The configuration ----------------------------------------------------------------------------------------

TEST_F(Control, AReloadTellsWhatItChangedAndTheLogWhoAskedForIt) {
  make_fleet(2);
  start_controlled(with_control({0}));
  put(text_of(with_control({0, 1})));
  const Json outcome = change("reload");
  EXPECT_EQ(
      shape(outcome),
      (Json{
          {"result", "string"}, {"outcome", "string"}, {"errors", "[]"}, {"warnings", "[]"}, {"changes", {"string"}}}))
      << outcome;
  EXPECT_EQ(outcome.at("result"), "in force");
  EXPECT_EQ(outcome.at("changes"), Json::array({"server 'Console 1' [server-1] is new"}));
  EXPECT_EQ(look("servers").at("servers").size(), 2U) << "it is in force when the answer comes";
  EXPECT_TRUE(daemon->says("control: uid " + std::to_string(::geteuid()))) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("asks for reload"));
  EXPECT_THAT(run({"reload"}).output, HasSubstr("nothing is different"));
}

TEST_F(Control, AWrongConfigurationIsRefusedWithAllMistakesAndTheirLines) {
  make_fleet(1);
  start_controlled(with_control({0}));
  put("[general]\nlog_levl = x\nhang_limit = -1\n" + text_of(with_control({0})).substr(10));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"reload", "--check", "--json"}, {"diff", "--json"}, {"reload", "--json"}}) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 2) << words[0];
    const Json answer = Json::parse(ran.output);
    EXPECT_THAT(answer.at("result").get<std::string>(),
                words[1] == "--json" && words[0] == "reload" ? "refused" : "wrong");
    ASSERT_EQ(answer.at("errors").size(), 2U) << answer;
    EXPECT_EQ(answer.at("errors")[0].at("line"), 2);
    EXPECT_THAT(answer.at("errors")[0].at("text").get<std::string>(), HasSubstr("did you mean \"log_level\""));
    EXPECT_EQ(answer.at("errors")[1].at("line"), 3);
    EXPECT_TRUE(answer.at("changes").empty());
  }
  EXPECT_THAT(run({"reload"}).output, HasSubstr("error: line 2: "));
  const Json status = look("status");
  EXPECT_EQ(status.at("config").at("result"), "refused");
  EXPECT_EQ(status.at("health"), "degraded");
  EXPECT_THAT(daemon->output(), Not(HasSubstr("was read again")));
}

TEST_F(Control, ACheckAndADiffChangeNothingAndSayWhatAReloadThenDoes) {
  make_fleet(2);
  start_controlled(with_control({0}));
  Written next = with_control({0, 1}, "[plugin device_state]\nlost_after = 90\n[plugins]\npresence_state = no\n");
  next.general = "hang_limit = 20\n";
  next.after.insert(next.after.find(socket()), "/elsewhere");
  put(text_of(next));
  const Json checked = change("reload", {{"check", true}});
  EXPECT_EQ(checked.at("result"), "right") << checked;
  const Json diff = look("diff");
  EXPECT_EQ(diff, checked);
  EXPECT_EQ(look("servers").at("servers").size(), 1U);
  EXPECT_EQ(one_plugin("presence_state").at("state"), "runs");
  EXPECT_THAT(daemon->output(), Not(HasSubstr("hang_limit")));

  const Json done = change("reload");
  EXPECT_EQ(done.at("changes"), diff.at("changes"));
  EXPECT_THAT(done.at("changes").get<std::vector<std::string>>(),
              ElementsAre("hang_limit is 20 s, was 10 s",
                          AllOf(StartsWith("socket of [control] is /elsewhere"), HasSubstr("systemctl restart")),
                          "server 'Console 1' [server-1] is new",
                          "plugin device_state: its option lost_after is 90, was 60", "plugin presence_state: stops"));
  EXPECT_EQ(one_plugin("presence_state").at("state"), "stopped");
  EXPECT_THAT(look("diff").at("changes").get<std::vector<std::string>>(), ElementsAre(HasSubstr("socket of [control]")))
      << "the socket is what it was at the start";
}

// --- log-level ------------------------------------------------------------------------------------------------

TEST_F(Control, ALogLevelEndsByItselfAndDoesNotUndoAReload) {
  make_fleet(1);
  start_controlled(with_control({0}));
  const Json lent = change("log-level", {{"level", "error"}, {"for", "1s"}});
  EXPECT_EQ(shape(lent),
            (Json{{"outcome", "string"}, {"level", "string"}, {"configured", "string"}, {"until", "string"}}));
  EXPECT_EQ(lent.at("level"), "error");
  EXPECT_TRUE(daemon->says("the log level is error for 1 s")) << daemon->output();
  EXPECT_TRUE(daemon->says("the log level is info again")) << daemon->output();

  EXPECT_EQ(change("log-level", {{"level", "debug"}, {"for", "1h"}}).at("configured"), "info");
  Written next = with_control({0});
  next.general = "log_level = warning\n";
  put(text_of(next));
  EXPECT_EQ(change("reload").at("result"), "in force");
  const Json ended = change("log-level", {{"level", "configured"}});
  EXPECT_EQ(ended.at("level"), "warning");
  EXPECT_TRUE(ended.at("until").is_null());
  EXPECT_TRUE(daemon->says("the log level is warning again")) << daemon->output();
  for (const char* length : {"0", "25h", "x", "-1", "1d"}) {
    const Ran wrong = run({"log-level", "debug", "--for", length});
    EXPECT_EQ(wrong.code, 64) << length;
    EXPECT_THAT(wrong.output, HasSubstr("at most 24h"));
  }
  EXPECT_THAT(run({"log-level", "debgu"}).output, HasSubstr("did you mean \"debug\""));
}

}  // namespace
}  // namespace amibroker::system_test
