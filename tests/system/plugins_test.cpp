// SPDX-License-Identifier: Apache-2.0
//
// Broken plugins in the running daemon: those that cannot be used are refused before the start, and those that break
// later harm nobody.
#include <csignal>
#include <filesystem>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::HasSubstr;

std::string switched_on(const std::string& plugin) {
  return std::string("[plugins]\npath = ") + AMIBROKER_FAULTY_PLUGINS + "\n" + plugin + " = yes\n";
}

class BrokenAtRunTime : public System, public ::testing::WithParamInterface<const char*> {};

TEST_P(BrokenAtRunTime, TheDaemonAndTheOtherPluginsGoOn) {
  make_fleet(2);
  start_and_connect("", switched_on(GetParam()));
  for (const auto state : {DeviceState::ringing, DeviceState::inuse, DeviceState::not_inuse}) {
    (*fleet)[0].publish({{"Event", "Probe"}});
    (*fleet)[0].lose_next_events("Probe", 1);
    (*fleet)[0].publish({{"Event", "Probe"}});
    daemon->signal(SIGUSR1);
    (*fleet)[0].set_device_state("PJSIP/100", state);
    ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  }
  EXPECT_EQ(daemon->stop(), 0) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr(std::string("plugin ") + GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Faults, BrokenAtRunTime,
                         ::testing::Values("throws_in_create", "throws_in_start", "throws_in_event", "throws_in_stop",
                                           "throws_in_timer", "throws_in_post", "throws_in_completion",
                                           "throws_in_server", "throws_in_events_lost", "throws_in_report",
                                           "throws_no_exception"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(System, OneThatThrowsTooOftenIsStoppedAndComesBackWhileTheOthersGoOn) {
  make_fleet(2);
  start_and_connect("", switched_on("throws_in_event"));
  ASSERT_TRUE(daemon->says("plugin throws_in_event 1.0 runs"));
  for (int i = 0; i < 25; ++i) (*fleet)[0].publish({{"Event", "Probe"}});
  EXPECT_TRUE(daemon->says("plugin throws_in_event threw 20 times in ")) << daemon->output();
  EXPECT_TRUE(daemon->says("on_event: fault in event (20 times). A new instance starts in 10 s."));
  for (const auto state : {DeviceState::ringing, DeviceState::inuse, DeviceState::not_inuse}) {
    (*fleet)[0].set_device_state("PJSIP/100", state);
    ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  }
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("plugin throws_in_event is in quarantine: "));
  EXPECT_TRUE(daemon->says("plugin throws_in_event 1.0 runs", 20s, 2)) << "10 s later";
}

TEST_F(System, WithOnFaultExitTheDaemonEndsWithALineAndACode) {
  make_fleet(1);
  start_and_connect("", switched_on("throws_in_event") + "[plugin throws_in_event]\non_fault = exit\n");
  for (int i = 0; i < 25; ++i) (*fleet)[0].publish({{"Event", "Probe"}});
  EXPECT_EQ(daemon->exit_code(), 1) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("on_fault = exit ends the daemon: on_event: fault in event (20 times)"));
  daemon.reset();
}

TEST_F(System, AFileThatIsOverwrittenWhileItIsUsedHarmsNothing) {
  make_fleet(1);
  const auto file = folder.path() / "healthy.so";
  std::filesystem::copy_file(std::filesystem::path(AMIBROKER_FAULTY_PLUGINS) / "healthy.so", file);
  start_and_connect("", "[plugins]\npath = " + folder.path().string() + "\nhealthy = yes\n");
  folder.write("healthy.so", "cut short");
  (*fleet)[0].publish({{"Event", "Probe"}});
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("plugin healthy: is well"));
  EXPECT_EQ(daemon->stop(), 0) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("plugin healthy runs: "));
}

struct Unusable {
  const char* plugin;
  const char* message;
};

void PrintTo(const Unusable& plugin, std::ostream* out) { *out << plugin.plugin; }

class UnusablePlugin : public System, public ::testing::WithParamInterface<Unusable> {};

TEST_P(UnusablePlugin, RefusesTheStartWithTheFileAndTheReason) {
  make_fleet(1);
  start(config("", switched_on(GetParam().plugin)));
  EXPECT_EQ(daemon->exit_code(), 78) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr(std::string(GetParam().plugin) + ".so"));
  EXPECT_THAT(daemon->output(), HasSubstr(GetParam().message));
  daemon.reset();
}

INSTANTIATE_TEST_SUITE_P(Files, UnusablePlugin,
                         ::testing::Values(Unusable{"no_symbol", "amibroker_plugin"},
                                           Unusable{"other_abi", "plugin ABI 1"}, Unusable{"other_compiler", "gcc-"},
                                           Unusable{"undefined_symbol", "symbol"}, Unusable{"null_calls", ""},
                                           Unusable{"missing", "missing.so"}),
                         [](const auto& info) { return std::string(info.param.plugin); });

TEST_F(System, AFileThatIsNoLibraryRefusesTheStart) {
  make_fleet(1);
  folder.write("text.so", "this is no library\n");
  start(config("", "[plugins]\npath = " + folder.path().string() + "\ntext = yes\n"));
  EXPECT_EQ(daemon->exit_code(), 78) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("text.so"));
  daemon.reset();
}

}  // namespace
}  // namespace amibroker::system_test
