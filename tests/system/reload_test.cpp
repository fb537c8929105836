// SPDX-License-Identifier: Apache-2.0
//
// SIGHUP: the configuration changes while the daemon runs, and only what is different is touched.
#include <sys/stat.h>

#include "tests/system/reload_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// An administrator who looks at the lamps sees nothing of it. The rest is for sanitizers and a busy machine.
constexpr auto at_once = 5s;

class Reloads : public ReloadSystem {
 protected:
  [[nodiscard]] bool soon(const std::function<bool()>& predicate) { return fleet->wait_until(in(at_once), predicate); }
};

TEST_F(Reloads, NothingDifferentTouchesNothing) {
  make_fleet(2);
  start_with({.servers = {0, 1}});
  reload({.servers = {1, 0}});
  EXPECT_TRUE(daemon->says("was read again: nothing is different"));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(ups(0) + ups(1), 2U);
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(Reloads, ANewServerShowsAllStatesAndIsSeenByTheOthers) {
  make_fleet(3);
  (*fleet)[2].set_device_state("PJSIP/300", DeviceState::ringing);
  start_with({.servers = {0, 1}});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return shown(1, "PJSIP/100") == DeviceState::inuse; }));
  reload({.servers = {0, 1, 2}});
  EXPECT_TRUE(soon([&] { return all_show("PJSIP/100", 0) && all_show("PJSIP/300", 2); })) << daemon->output();
  EXPECT_TRUE(daemon->says("server 'Console 2' [server-2] is new"));
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(Reloads, ThePhonesOfAServerThatIsTakenOutLeaveTheLampsAtOnce) {
  make_fleet(3);
  start_with({.servers = {0, 1, 2}});
  (*fleet)[2].set_device_state("PJSIP/300", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/300", 2); }));
  reload({.servers = {0, 1}});
  EXPECT_TRUE(soon([&] {
    return shown(0, "PJSIP/300") == DeviceState::invalid && shown(1, "PJSIP/300") == DeviceState::invalid;
  })) << daemon->output();
  EXPECT_TRUE(daemon->says("server 'Console 2' [server-2] is taken out"));
  EXPECT_EQ(downs(0) + downs(1), 0U);

  reload({.servers = {0, 1, 2}});
  EXPECT_TRUE(soon([&] { return all_show("PJSIP/300", 2); })) << "it comes back, under a new number";
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("'Console 2' [server-2] is up for"));
  EXPECT_TRUE(daemon->says("1 times connected", 20s, 3)) << daemon->output();
}

TEST_F(Reloads, AServerAtAnotherPlaceKeepsItsNumberAndTheOthersTheirConnections) {
  make_fleet(3);
  start_with({.servers = {0, 1}});
  (*fleet)[2].set_device_state("PJSIP/300", DeviceState::inuse);
  reload({.servers = {0, 1}, .place = {{1, 2}}});
  EXPECT_TRUE(soon([&] { return shown(0, "PJSIP/300") == DeviceState::inuse; })) << daemon->output();
  EXPECT_TRUE(daemon->says("server 'Console 1' [server-1]: its cmd_port is "));
  EXPECT_EQ(downs(0), 0U);
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("2 times connected")) << "what is counted of it goes on: " << daemon->output();
}

TEST_F(Reloads, AnotherSecretLogsInAgain) {
  std::vector<sim::ServerOptions> options(2);
  for (auto& one : options) one.transport = sim::Transport::ami;
  make_fleet(options);
  secrets[1] = "not the right one";
  start(config());
  ASSERT_TRUE(daemon->says("[server-0] is up")) << daemon->output();
  ASSERT_TRUE(eventually([&] { return (*fleet)[1].refused_logins() > 0; }));
  secrets.clear();
  reload({.servers = {0, 1}});
  EXPECT_TRUE(daemon->says("[server-1] is up", at_once)) << "without the long wait after a refusal";
  EXPECT_THAT(daemon->output(),
              AllOf(HasSubstr("[server-1]: its secret is another one"), Not(HasSubstr("not the right one"))));
  EXPECT_EQ((*fleet)[0].logins(), 1U);
}

TEST_F(Reloads, ZonesNamesAndFiltersChangeWithoutAConnection) {
  std::vector<sim::ServerOptions> options(3);
  for (auto& one : options) one.transport = sim::Transport::ami;
  make_fleet(options);
  start_with({.servers = {0, 1, 2}});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[0].set_device_state("SIP/101", DeviceState::busy);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0) && all_show("SIP/101", 0); }));

  const std::string zone = "zones = north\n";
  reload({.servers = {0, 1, 2}, .more = {{0, zone}, {1, zone}, {2, "zones = south\n"}}});
  EXPECT_TRUE(soon([&] { return shown(2, "PJSIP/100") == DeviceState::invalid; })) << daemon->output();
  EXPECT_TRUE(soon([&] { return shown(1, "PJSIP/100") == DeviceState::inuse; })) << daemon->output();

  reload({.servers = {0, 1, 2}, .more = {{0, "include = SIP/*\n"}, {2, "name = Rome\n"}}});
  EXPECT_TRUE(soon([&] {
    return shown(1, "PJSIP/100") == DeviceState::invalid && shown(2, "SIP/101") == DeviceState::busy;
  })) << daemon->output();
  reload({.servers = {0, 1, 2}});
  EXPECT_TRUE(soon([&] { return all_show("PJSIP/100", 0) && all_show("SIP/101", 0); })) << daemon->output();
  for (const sim::Server& server : fleet->servers()) EXPECT_EQ(server.logins(), 1U) << server.index();
}

TEST_F(Reloads, APipeInThePlaceOfTheFileEndsNoReload) {
  make_fleet(1);
  start_with({.servers = {0}});
  const auto file = folder.path() / "config.ini";
  std::filesystem::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  daemon->signal(SIGHUP);
  EXPECT_TRUE(daemon->says("config.ini: cannot be read: it is no file", 20s)) << daemon->output();
  reload({.servers = {0}, .general = "log_level = debug\n"});
}

TEST_F(Reloads, AWrongFileChangesNothingAndNamesAllMistakesWithTheirLines) {
  make_fleet(3);
  const Written before{.servers = {0, 1}};
  start_with(before);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return shown(1, "PJSIP/100") == DeviceState::inuse; }));
  // Each has changes that are right besides.
  const std::string right = text_of({.servers = {0, 2}, .general = "log_level = debug\n"});
  refused(right + "[plugin device_state]\nlost_after = never\nmax_devises = 1\n[plugins]\nno_such_plugin = yes\n");
  EXPECT_THAT(daemon->output(), AllOf(HasSubstr("plugin device_state option lost_after"),
                                      HasSubstr("has no option \"max_devises\""), HasSubstr("no_such_plugin")));
  refused("[general]\nlog_levl = x\n" + right.substr(right.find("[servers]")) + "[strange]\n");
  EXPECT_THAT(daemon->output(),
              AllOf(HasSubstr("config.ini:2: unknown key \"log_levl\""), HasSubstr("unknown section [strange]")));
  refused(right.substr(0, right.find("[server-2]")) + "[server-");  // half of it
  refused("");
  std::filesystem::remove(folder.path() / "config.ini");
  daemon->signal(SIGHUP);
  EXPECT_TRUE(daemon->says(is_wrong, 20s, ++refusals)) << daemon->output();
  EXPECT_TRUE(daemon->says("config.ini: cannot be opened: "));

  (*fleet)[1].set_device_state("PJSIP/200", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return shown(0, "PJSIP/200") == DeviceState::ringing; }));
  EXPECT_FALSE((*fleet)[2].has_broker());
  EXPECT_EQ(ups(0) + ups(1), 2U);
  EXPECT_EQ(downs(0) + downs(1), 0U);
  reload(before);
  EXPECT_TRUE(daemon->says("nothing is different"));
}

TEST_F(Reloads, KeysOfGeneralChangeAtOnce) {
  make_fleet(2);
  start_with({.servers = {0, 1}});
  reload({.servers = {0, 1}, .general = "log_level = warning\n"});
  EXPECT_TRUE(daemon->says("log_level is warning, was info")) << daemon->output();
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("SIGUSR1 asks for a report, which is hidden by log_level")) << daemon->output();
  EXPECT_EQ(count("is up for"), 0U);
  reload({.servers = {0, 1}, .general = "verbose_messages = yes\ncount_messages = yes\nrequest_timeout = 50\n"});
  EXPECT_TRUE(daemon->says("request_timeout is 50 ms, was 1000 ms"));
  EXPECT_TRUE(eventually([&] { return (*fleet)[0].topics().contains(""); })) << "all events are asked for";
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(daemon->says("Custom:PJSIP/100 = INUSE")) << daemon->output();
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("is up for", 20s, 2));
  reload({.servers = {0, 1}});
  EXPECT_TRUE(eventually([&] { return !(*fleet)[0].topics().contains(""); })) << "only what is needed, again";
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(Reloads, PluginsAreSwitchedOnAndOffAndChangeTheirOptions) {
  make_fleet(2);
  start_with({.servers = {0, 1}, .after = "[plugins]\ndevice_state = no\n"});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  reload({.servers = {0, 1}});
  EXPECT_TRUE(soon([&] { return shown(1, "PJSIP/100") == DeviceState::inuse; })) << daemon->output();

  const std::string option = "[plugin device_state]\nname_template = Custom:X-{device}\n";
  reload({.servers = {0, 1}, .after = option});
  EXPECT_TRUE(soon([&] { return shown(1, "X-PJSIP/100") == DeviceState::inuse; })) << daemon->output();

  reload({.servers = {0, 1}, .after = "[plugins]\ndevice_state = no\n" + option});
  const auto writes = (*fleet)[1].counters().writes;
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::busy);
  (*fleet)[0].set_presence("CustomPresence:100", {"dnd", "", ""});
  ASSERT_TRUE(eventually([&] { return (*fleet)[1].presence("CustomPresence:100").has_value(); }));
  EXPECT_EQ((*fleet)[1].counters().writes, writes + 1) << "the presence alone";
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(Reloads, ManySignalsAtOnceEndWithTheLastFile) {
  make_fleet(3);
  start_with({.servers = {0, 1}});
  for (int i = 0; i < 20; ++i) {
    const std::string name = "name = Rome " + std::to_string(i) + "\n";
    ask(text_of({.servers = {0, 1, 2}, .more = {{1, name}}}));
  }
  EXPECT_TRUE(daemon->says("'Rome 19' [server-1]: its name is Rome 19")) << daemon->output();
  EXPECT_TRUE(daemon->says("[server-2] is up"));
  EXPECT_EQ(downs(0) + downs(1) + downs(2), 0U);
}

TEST_F(Reloads, AFaultyPluginDoesNotHinderAReload) {
  make_fleet(2);
  const std::string plugins = std::string("[plugins]\npath = ") + AMIBROKER_FAULTY_PLUGINS + "\n";
  start_with({.servers = {0, 1}, .after = plugins + "throws_in_event = yes\nthrows_in_start = yes\n"});
  for (int i = 0; i < 200; ++i) (*fleet)[0].publish({{"Event", "Probe"}});
  ASSERT_TRUE(daemon->says("plugin throws_in_event"));
  reload({.servers = {0, 1}, .more = {{0, "name = Rome\n"}}, .after = plugins + "throws_in_start = yes\n"});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(downs(0) + downs(1), 0U);
}

TEST_F(Reloads, ADiffIsPrintedWithoutADaemon) {
  make_fleet(3);
  const auto diff = [&](const std::string& old_text, const std::string& new_text) {
    Daemon once(AMIBROKER_DAEMON, {"--diff", folder.write("old.ini", old_text), folder.write("new.ini", new_text)});
    const auto code = once.exit_code();
    return std::to_string(code.value_or(-1)) + ": " + once.output();
  };
  const std::string before = text_of({.servers = {0, 1}});
  EXPECT_EQ(diff(before, text_of({.servers = {1, 0}})), "0: nothing is different\n");
  EXPECT_EQ(
      diff(before,
           text_of({.servers = {0, 2}, .general = "log_level = debug\n", .after = "[plugins]\ndevice_state = no\n"})),
      "0: log_level is debug, was info\nserver 'Console 1' [server-1] is taken out: the others stop showing its "
      "states\nserver 'Console 2' [server-2] is new\nplugin device_state: stops\n");
  const std::string wrong = diff("[general]\nx = 1\n", before + "[plugin device_state]\nlost_after = never\n");
  EXPECT_THAT(wrong, AllOf(HasSubstr("78: "), HasSubstr("old.ini:2: "), HasSubstr("old.ini: no servers"),
                           HasSubstr("plugin device_state option lost_after")));
}

}  // namespace
}  // namespace amibroker::system_test
