// SPDX-License-Identifier: Apache-2.0
//
// Plugins that end the daemon, or never come back: that it is never silent, and who is named.
//
// In builds with a sanitizer the fatal signals are the sanitizer's, whose report says more, and so is _exit: what needs
// them is skipped there.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <ostream>

#include "core/app/fatal_signals.hpp"
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// A crash takes some milliseconds; the rest is for a busy machine.
constexpr auto soon = 15s;
constexpr int forced_end = 70;

struct Fault {
  std::string where;  // option of the plugin
  std::string how;    // option of the plugin
  std::string says;   // between "plugin breaks ended the daemon " and the library
  int code;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.how << " in " << fault.where; }

std::string name_of(const ::testing::TestParamInfo<Fault>& test) { return test.param.how + "_in_" + test.param.where; }

class Crash : public System {
 protected:
  void SetUp() override { ::setenv("STATE_DIRECTORY", folder.path().c_str(), 1); }
  void TearDown() override {
    ::unsetenv("STATE_DIRECTORY");
    ::unsetenv("BREAKS_IN_LOAD");
    System::TearDown();
  }

  static std::string breaking(const std::string& where, const std::string& how) {
    return std::string("[plugins]\npath = ") + AMIBROKER_HANGING_PLUGINS +
           "\nbreaks = yes\n[plugin breaks]\nwhere = " + where + "\nhow = " + how + "\n";
  }
  /// Starts the daemon and brings it to the call in which the plugin breaks.
  void run_into(const std::string& where, const std::string& how, const std::string& general = {}) {
    if (where == "load") ::setenv("BREAKS_IN_LOAD", how.c_str(), 1);
    start(config(general, breaking(where, how)));
    const bool starts = where != "load" && where != "check_options" && where != "constructor" && where != "start" &&
                        where != "task" && where != "on_server_up" && where != "answer";
    if (!starts) return;
    connect();
    if (where == "on_event") (*fleet)[0].publish({{"Event", "Probe"}});
    if (where == "on_report") daemon->signal(SIGUSR1);
    if (where == "stop" || where == "destructor") daemon->signal(SIGTERM);
  }
  std::string recorded() const {
    std::string text;
    std::ifstream(folder.path() / "crash-record") >> text >> text;
    return text;
  }
};

class NamedCrash : public Crash, public ::testing::WithParamInterface<Fault> {};

TEST_P(NamedCrash, IsTheEndOfTheLog) {
  const Fault& fault = GetParam();
  if (app::signals_are_the_sanitizers && (fault.code != forced_end || fault.how == "_exit"))
    GTEST_SKIP() << "the sanitizer's own report takes its place";
  make_fleet(1);
  run_into(fault.where, fault.how);
  EXPECT_EQ(daemon->exit_code(soon), fault.code) << daemon->output();
  const std::string output = daemon->output();
  daemon.reset();
  const std::string words = "plugin breaks ended the daemon " + fault.says;
  ASSERT_THAT(output, HasSubstr(words));
  const std::string last = output.substr(output.find(words));
  EXPECT_THAT(last, ContainsRegex("Its library: /[^ ]*/breaks\\.so"));
  EXPECT_THAT(last, HasSubstr("'breaks = no' in [plugins]"));
  EXPECT_THAT(last, ContainsRegex("\nzmq-ami-broker:   #0 "));
  EXPECT_THAT(last, ContainsRegex("\nzmq-ami-broker:   #[0-9]+ /[^ ]*/breaks\\.so\\(\\+0x"));
  if (fault.where == "on_event") {
    EXPECT_LT(output.find("line 20 of 20"), output.find(words)) << output;
  }
  EXPECT_EQ(recorded(), "breaks");
}

constexpr int by(int signal) { return 128 + signal; }

INSTANTIATE_TEST_SUITE_P(
    InEachCall, NamedCrash,
    ::testing::Values(Fault{"load", "segfault", "in load: signal 11 (SIGSEGV), nothing may be read", by(SIGSEGV)},
                      Fault{"check_options", "segfault", "in check_options: signal 11", by(SIGSEGV)},
                      Fault{"constructor", "segfault", "in its constructor: signal 11", by(SIGSEGV)},
                      Fault{"start", "segfault", "in start: signal 11", by(SIGSEGV)},
                      Fault{"task", "segfault", "in a task: signal 11", by(SIGSEGV)},
                      Fault{"on_server_up", "segfault", "in on_server_up: signal 11", by(SIGSEGV)},
                      Fault{"answer", "segfault", "in an answer: signal 11", by(SIGSEGV)},
                      Fault{"on_report", "segfault", "in on_report: signal 11", by(SIGSEGV)},
                      Fault{"stop", "segfault", "in stop: signal 11", by(SIGSEGV)},
                      Fault{"destructor", "segfault", "in its destructor: signal 11", by(SIGSEGV)}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    InEachWay, NamedCrash,
    ::testing::Values(
        Fault{"on_event", "segfault", "in on_event: signal 11 (SIGSEGV), nothing may be read or written at 0x0. Its",
              by(SIGSEGV)},
        Fault{"on_event", "abort", "in on_event: signal 6 (SIGABRT), abort was called. Its", by(SIGABRT)},
        Fault{"on_event", "terminate",
              "in on_event: signal 6 (SIGABRT), std::terminate was called: an exception that nobody caught: nobody "
              "catches this. Its",
              by(SIGABRT)},
        Fault{"on_event", "divide", "in on_event: signal 8 (SIGFPE), division by zero. Its", by(SIGFPE)},
        Fault{"on_event", "recurse",
              "in on_event: signal 11 (SIGSEGV), the stack is full (a recursion without end?). Its", by(SIGSEGV)},
        Fault{"on_event", "exit", "in on_event: exit was called, which is for the daemon alone. Its", forced_end},
        Fault{"on_event", "quick_exit", "in on_event: quick_exit was called,", forced_end},
        Fault{"on_event", "_exit", "in on_event: _exit was called,", forced_end},
        Fault{"on_event", "thread",
              "outside of its calls (in a thread of its own, or by something that it left): "
              "signal 11 (SIGSEGV),",
              by(SIGSEGV)},
        Fault{"on_event", "threads",
              "outside of its calls (in a thread of its own, or by something that it left): "
              "signal 6 (SIGABRT),",
              by(SIGABRT)},
        Fault{"on_event", "thread_exit",
              "outside of its calls (in a thread of its own, or by something that it "
              "left): exit was called,",
              forced_end},
        Fault{"load", "exit", "in load: exit was called,", forced_end},
        Fault{"stop", "exit", "in stop: exit was called,", forced_end}),
    name_of);

class NamedHang : public Crash, public ::testing::WithParamInterface<Fault> {};

TEST_P(NamedHang, IsNamedWhileItHangsAndEnds) {
  const Fault& fault = GetParam();
  make_fleet(1);
  run_into(fault.where, fault.how, "hang_limit = 2\n");
  EXPECT_TRUE(daemon->says("plugin breaks has been in " + fault.says + " for ", soon)) << daemon->output();
  EXPECT_TRUE(daemon->runs());
  EXPECT_EQ(daemon->exit_code(soon), forced_end);
  const std::string output = daemon->output();
  daemon.reset();
  EXPECT_THAT(output, ContainsRegex("and the whole daemon waits for it; after 2.0 s the daemon ends .hang_limit.. Its "
                                    "library: /[^ ]*/breaks\\.so\\. Its stack:"));
  EXPECT_THAT(output, ContainsRegex("warning.*   #[0-9]+ /[^ ]*/breaks\\.so\\(\\+0x"));
  EXPECT_THAT(output, ContainsRegex("plugin breaks ended the daemon in " + fault.says +
                                    ": it did not come back for 2\\.[0-9] s \\(hang_limit\\)\\. Its library"));
  EXPECT_EQ(recorded(), "breaks");
}

INSTANTIATE_TEST_SUITE_P(
    InEachCall, NamedHang,
    ::testing::Values(Fault{"load", "spin", "load", 0}, Fault{"load", "sleep", "load", 0},
                      Fault{"check_options", "spin", "check_options", 0},
                      Fault{"constructor", "spin", "its constructor", 0}, Fault{"start", "sleep", "start", 0},
                      Fault{"task", "spin", "a task", 0}, Fault{"on_server_up", "spin", "on_server_up", 0},
                      Fault{"answer", "spin", "an answer", 0}, Fault{"on_event", "spin", "on_event", 0},
                      Fault{"on_event", "sleep", "on_event", 0}, Fault{"on_report", "spin", "on_report", 0},
                      Fault{"stop", "spin", "stop", 0}, Fault{"destructor", "spin", "its destructor", 0}),
    name_of);

TEST_F(Crash, ALongCallIsWarnedOfAndTheDaemonGoesOn) {
  make_fleet(2);
  run_into("on_event", "long");
  EXPECT_TRUE(daemon->says("plugin breaks has been in on_event for 1.", soon)) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(recorded(), "");
}

TEST_F(Crash, WithoutAHangLimitSigtermEndsItAndNamesThePlugin) {
  make_fleet(1);
  run_into("on_event", "spin", "hang_limit = 0\nstop_limit = 1\n");
  EXPECT_TRUE(daemon->says("and the whole daemon waits for it. Its library", soon)) << daemon->output();
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->exit_code(soon), forced_end);
  EXPECT_THAT(daemon->output(), HasSubstr("it still ran 1000 ms after signal 15"));
  EXPECT_THAT(daemon->output(), HasSubstr("Plugin breaks was in on_event ("));
  daemon.reset();
}

// The loader's lock is held then, so whoever looks at a stack would wait with the plugin.
TEST_F(Crash, SigtermEndsItEvenWhileALibraryIsLoaded) {
  make_fleet(1);
  run_into("load", "spin", "hang_limit = 0\nstop_limit = 1\n");
  EXPECT_TRUE(daemon->says("plugin breaks has been in load", soon)) << daemon->output();
  daemon->signal(SIGTERM);
  EXPECT_EQ(daemon->exit_code(soon), forced_end);
  EXPECT_THAT(daemon->output(), HasSubstr("Plugin breaks was in load ("));
  daemon.reset();
}

TEST_F(Crash, ALogThatNobodyReadsDoesNotHoldTheEndUp) {
  if (app::signals_are_the_sanitizers) GTEST_SKIP() << "the sanitizer writes its report, and waits for its reader";
  make_fleet(1);
  start_and_connect("", breaking("on_event", "segfault"));
  daemon->block_output();
  (*fleet)[0].publish({{"Event", "Probe"}});
  EXPECT_EQ(daemon->exit_code(soon), by(SIGSEGV));
  EXPECT_EQ(recorded(), "breaks");
  daemon.reset();
}

TEST_F(Crash, AChildOfAPluginMayEndAsItLikes) {
  make_fleet(2);
  run_into("on_event", "child");
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_THAT(daemon->output(), Not(HasSubstr("ended the daemon")));
}

TEST_F(Crash, ASignalFromOutsideBlamesNoPlugin) {
  if (app::signals_are_the_sanitizers) GTEST_SKIP() << "the sanitizer's own report takes its place";
  make_fleet(1);
  run_into("on_event", "long");
  ASSERT_TRUE(daemon->says("plugin breaks has been in on_event for ", soon)) << "it comes in the middle of a call";
  daemon->signal(SIGSEGV);
  EXPECT_EQ(daemon->exit_code(soon), by(SIGSEGV));
  EXPECT_THAT(daemon->output(), HasSubstr("the daemon ended: signal 11 (SIGSEGV), sent by process " +
                                          std::to_string(::getpid()) + ". No plugin is to blame"));
  EXPECT_THAT(daemon->output(), Not(HasSubstr("plugin breaks ended")));
  EXPECT_EQ(recorded(), "");
  daemon.reset();
}

TEST_F(Crash, APluginThatEndsTheDaemonTwiceStartsSwitchedOff) {
  make_fleet(2);
  const std::string text = config("", breaking("start", "exit"));
  for (int i = 0; i < 2; ++i) {
    start(text);
    EXPECT_EQ(daemon->exit_code(soon), forced_end) << daemon->output();
  }
  start(text);
  connect();
  EXPECT_TRUE(daemon->says("plugin breaks is switched off: it ended the daemon 2 times in the last 10 minutes"));
  (*fleet)[0].set_device_state("PJSIP/100", sim::DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(daemon->stop(), 0) << daemon->output();

  std::filesystem::remove(folder.path() / "crash-record");
  start(text);
  EXPECT_EQ(daemon->exit_code(soon), forced_end) << "switched on again by the remedy that the line names";
  daemon.reset();
}

TEST_F(Crash, WithoutAFolderOfSystemdNothingIsSwitchedOff) {
  ::unsetenv("STATE_DIRECTORY");
  make_fleet(1);
  for (int i = 0; i < 3; ++i) {
    start(config("", breaking("start", "exit")));
    EXPECT_EQ(daemon->exit_code(soon), forced_end) << daemon->output();
  }
  daemon.reset();
}

}  // namespace
}  // namespace amibroker::system_test
