// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/ctl/exit_code.hpp"
#include "tests/unit/ctl/commands_fixture.hpp"

namespace amibroker::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Json status(const char* health) {
  return {{"version", "1.2.3"},
          {"uptime_seconds", 3725.5},
          {"config", {{"file", "/etc/x.ini"}, {"read", "T"}, {"result", "in force"}, {"text", "read"}}},
          {"health", health},
          {"reasons", {"server b is down for 5 s: \x1b[31mclosed"}},
          {"servers", {{"up", 1}, {"down", 2}}},
          {"plugins", {{"running", 3}, {"waiting", 0}, {"off", 0}}},
          {"lamps", {{"right", 7}, {"waiting", 1}}}};
}

Json server() {
  return {{"id", 0},
          {"section", "a"},
          {"name", "Köln"},
          {"zones", {"hq", "west"}},
          {"transport", "ami"},
          {"address", "192.0.2.1"},
          {"up", true},
          {"since", "2026-01-02T03:04:05.678Z"},
          {"asterisk", "22.1.0"},
          {"system_name", ""},
          {"last_loss", {{"at", "2026-01-01T00:00:00.000Z"}, {"why", "closed the connection"}}},
          {"window", 32},
          {"in_flight", 4},
          {"queued", 17},
          {"latency_seconds", {{"p50", 0.0012}, {"p99", 0.25}}},
          {"held", false},
          {"counters", {{"events", 12345}, {"lost_events", 0}, {"timeouts", 6}}}};
}

TEST(Views, StatusSaysWhatIsWrongFirst) {
  const std::string text = view_of("status", status("degraded"));
  EXPECT_THAT(text, ::testing::StartsWith("degraded: 1 server up, 2 down; 3 plugins running, 0 waiting, 0 off\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("\n  server b is down for 5 s"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(text, AllOf(HasSubstr("configuration /etc/x.ini, read T: in force\n"),
                          HasSubstr("version 1.2.3, running for 1 h 2 min\n"), HasSubstr("lamps: 7 right, 1 waiting")));
}

TEST(Views, HintsAreAsTheyArePastedAndWhatIsMissingIsAComment) {
  Json answer{{"lines", {"; for all", "exten => 1,hint,PJSIP/1&Custom:PJSIP/1"}}, {"left_out", 0}, {"more", 0}};
  EXPECT_EQ(view_of("hints", answer), "; for all\nexten => 1,hint,PJSIP/1&Custom:PJSIP/1\n");
  answer["lines"][1] = "exten => 1,hint," + std::string(5000, 'x');
  EXPECT_EQ(view_of("hints", answer), "; for all\nexten => 1,hint," + std::string(5000, 'x') + '\n') << "none is cut";
  answer["left_out"] = 1;
  answer["more"] = 7;
  answer["failures"] = {{{"plugin", "x"}, {"text", "no answer\nexten => 1,1,System(x)"}}};
  const std::string text = view_of("hints", answer);
  EXPECT_THAT(
      text, AllOf(HasSubstr("\n; left out: 1 name that"), HasSubstr("\n; and 7 more"), HasSubstr("\n; x: no answer")));
  EXPECT_THAT(text, Not(HasSubstr("\nexten => 1,1")));
}

TEST(Views, TheDoctorSaysWhatToDoAndEndsWithItsVerdict) {
  const Json fine{{"check", "port"}, {"result", "ok"}, {"text", "it is open"}, {"remedy", ""}};
  const Json bad{{"check", "login"}, {"result", "wrong"}, {"text", "it is refused"}, {"remedy", "set secret ="}};
  EXPECT_EQ(view_of("doctor", {{"server", "a"}, {"findings", {fine, bad}}}),
            "ok  port: it is open\nwrong  login: it is refused\n       set secret =\nsomething is wrong with a\n");
  EXPECT_THAT(view_of("doctor", {{"server", "a"}, {"findings", {fine}}}),
              ::testing::EndsWith("nothing is wrong with a\n"));
}

TEST(Views, AServerIsARowOrAPage) {
  const std::string table = view_of("servers", {{"servers", {server()}}});
  EXPECT_THAT(table, AllOf(HasSubstr("SERVER"), HasSubstr("Köln"), HasSubstr("1.2 ms"), HasSubstr("250.0 ms")));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2);
  const std::string page = view_of("server", server());
  EXPECT_THAT(page, AllOf(HasSubstr("4 of 32"), HasSubstr("hq, west"), HasSubstr("closed the connection"),
                          HasSubstr("events"), HasSubstr("12345")));
}

TEST(Views, AServerThatNeverAnsweredHasNoTimes) {
  Json one = server();
  one["latency_seconds"] = one["last_loss"] = nullptr;
  EXPECT_THAT(view_of("servers", {{"servers", {one}}}), Not(HasSubstr("ms")));
  EXPECT_THAT(view_of("server", one), Not(HasSubstr("ms")));
}

TEST(Views, APluginIsARowOrAPage) {
  const Json plugin{{"name", "hello"},
                    {"version", "1.0"},
                    {"state", "runs"},
                    {"isolated", true},
                    {"process", 4711},
                    {"calls", 5},
                    {"faults", 1},
                    {"busy_seconds", 0.25},
                    {"longest_seconds", 0.1},
                    {"counters", {{"greetings", 99}}}};
  EXPECT_THAT(view_of("plugins", {{"plugins", {plugin}}}), AllOf(HasSubstr("hello"), HasSubstr("4711")));
  EXPECT_THAT(view_of("plugin", plugin), AllOf(HasSubstr("hello 1.0"), HasSubstr("greetings"), HasSubstr("99")));
}

TEST(Views, AReloadShowsMistakesWithTheirLines) {
  const Json answer{{"result", "refused"},
                    {"outcome", "it is wrong"},
                    {"errors", {{{"line", 7}, {"text", "no key x"}}, {{"line", 0}, {"text", "no file"}}}},
                    {"warnings", {{{"line", 3}, {"text", "odd"}}}},
                    {"changes", {"server 'a' [a] is new"}}};
  for (const char* command : {"reload", "diff"})
    EXPECT_EQ(view_of(command, answer),
              "warning: line 3: odd\nerror: line 7: no key x\nerror: no file\n  server 'a' [a] is new\nit is wrong\n");
}

TEST(Views, AChangeByHandSaysWhatTheNextReloadDoes) {
  EXPECT_EQ(view_of("plugin-enable", {{"outcome", "it runs"}, {"next_reload", "it stops"}}), "it runs\nit stops\n");
}

TEST(Views, ALampShowsWhoSaysSoAndWhatEachServerHolds) {
  const Json answer{
      {"names",
       {{{"plugin", "device_state"},
         {"name", "PJSIP/100"},
         {"shown_as", "Custom:PJSIP/100"},
         {"state", "INUSE"},
         {"contributions", {{{"server", "a"}, {"state", "INUSE"}, {"since", "T"}}}},
         {"cells",
          {{{"server", "b"}, {"should", "INUSE"}, {"holds", nullptr}, {"is", "refused"}, {"why", "no right"}}}}}}}};
  EXPECT_THAT(view_of("show", answer),
              AllOf(HasSubstr("PJSIP/100, shown as Custom:PJSIP/100 (plugin device_state), is INUSE\n"),
                    HasSubstr("SAYS SO"), HasSubstr("refused"), HasSubstr("no right")));
  EXPECT_EQ(view_of("show", {{"names", Json::array()}}), "nothing is known of this name\n");
}

TEST(Views, WhatIsWrongIsATable) {
  const Json one{{"plugin", "device_state"}, {"name", "PJSIP/1"}, {"server", "b"},  {"should", "INUSE"},
                 {"holds", "NOT_INUSE"},     {"is", "waiting"},   {"why", "queued"}};
  EXPECT_THAT(view_of("wrong", {{"wrong", {one}}, {"more", 3}}),
              AllOf(HasSubstr("PJSIP/1"), HasSubstr("queued"), HasSubstr("and 3 more\n")));
  EXPECT_EQ(view_of("wrong", {{"wrong", Json::array()}, {"more", 0}}), "every server holds what it should\n");
}

TEST(Views, ALampShowsWhichSiteSaysSo) {
  const auto name = [](const Json& contributions) {
    return Json{{"names",
                 {{{"plugin", "p"},
                   {"name", "n"},
                   {"shown_as", "n"},
                   {"state", "BUSY"},
                   {"contributions", contributions},
                   {"cells", Json::array()}}}}};
  };
  EXPECT_THAT(view_of("show", name({{{"site", "b"}, {"zone", ""}, {"state", "BUSY"}, {"since", nullptr}}})),
              HasSubstr("\nsite b     BUSY   -\n"));
  EXPECT_THAT(view_of("show", name({{{"site", nullptr}, {"zone", "north"}, {"state", "BUSY"}, {"since", "T"}}})),
              HasSubstr("\nsome site (zone north)  BUSY   T\n"));
}

TEST(Views, OtherSitesAreATableAndWhatToDo) {
  Json answer{{"site", "a"},
              {"up", true},
              {"plugins", {{{"plugin", "device_state"}, {"speaks", false}, {"other_speaks", true}}}},
              {"sites",
               {{{"site", "b"},
                 {"plugin", "device_state"},
                 {"state", "there"},
                 {"since", "T"},
                 {"heard_seconds", 0.26},
                 {"round_trip_ms", 1.24},
                 {"clock_ahead_ms", -2500},
                 {"names", 7},
                 {"gaps", 1},
                 {"reading", false},
                 {"zones", {"north", ""}}}}},
              {"advice", {"set the clock"}}};
  EXPECT_EQ(view_of("cluster", answer),
            "site a, connected to the bus\n"
            "PLUGIN        WHO SPEAKS FOR THIS SITE\n"
            "device_state  the other broker of this site\n"
            "SITE  PLUGIN        STATE  SINCE  HEARD      ROUND TRIP  CLOCK   NAMES  GAPS  READS  ZONES\n"
            "b     device_state  there  T      0.3 s ago  1.2 ms      -2.5 s  7      1     no     north, -\n"
            "! set the clock\n");
  answer["up"] = false;
  answer["sites"] = Json::array();
  answer["failures"] = {{{"plugin", "p"}, {"text", "threw"}}};
  EXPECT_THAT(view_of("cluster", answer),
              AllOf(HasSubstr("site a, NOT connected to the bus\n"),
                    HasSubstr("no other site was heard yet\n! set the clock\n! p: threw\n")));
}

TEST(Views, AnAnswerOfAnotherFormIsShownAsItIs) {
  EXPECT_EQ(view_of("status", {{"health", 7}}), "{\n  \"health\": 7\n}\n");
  EXPECT_EQ(view_of("unheard-of", {{"a", 1}}), "{\n  \"a\": 1\n}\n");
  EXPECT_THAT(view_of("unheard-of", {{"a", "\xff"}}), HasSubstr("\xef\xbf\xbd")) << "no UTF-8, and no exception";
}

TEST(Views, ACommandsHelpNamesItsArguments) {
  const Json commands = some_commands();
  EXPECT_EQ(command_help(commands["commands"][2], commands),
            "Usage: zmq-ami-brokerctl plugin enable NAME\ndoes plugin-enable (needs the right to change)\n  name  what "
            "name is\n");
}

TEST(ExitCodes, OfStatusFollowItsHealth) {
  EXPECT_EQ(code_of_answer("status", status("well")), ExitCode::well);
  EXPECT_EQ(code_of_answer("status", status("degraded")), ExitCode::degraded);
  EXPECT_EQ(code_of_answer("status", status("failed")), ExitCode::failed);
  EXPECT_EQ(code_of_answer("status", Json::object()), ExitCode::failed) << "nobody says that it is well";
}

TEST(ExitCodes, OfAConfigurationFollowItsResult) {
  for (const char* command : {"reload", "diff"}) {
    EXPECT_EQ(code_of_answer(command, {{"result", "in force"}}), ExitCode::well);
    EXPECT_EQ(code_of_answer(command, {{"result", "right"}}), ExitCode::well);
    EXPECT_EQ(code_of_answer(command, {{"result", "refused"}}), ExitCode::failed);
    EXPECT_EQ(code_of_answer(command, {{"result", "wrong"}}), ExitCode::failed);
  }
  EXPECT_EQ(code_of_answer("servers", Json::object()), ExitCode::well);
}

TEST(ExitCodes, OfRefusalsTellWhoseMistakeItIs) {
  EXPECT_EQ(code_of_refusal(400), ExitCode::wrong_use);
  EXPECT_EQ(code_of_refusal(404), ExitCode::wrong_use);
  EXPECT_EQ(code_of_refusal(403), ExitCode::not_allowed);
  for (const int status : {409, 500, 503}) EXPECT_EQ(code_of_refusal(status), ExitCode::failed) << status;
}

}  // namespace
}  // namespace amibroker::ctl
