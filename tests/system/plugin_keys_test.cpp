// SPDX-License-Identifier: Apache-2.0
//
// The daemon's own keys of a plugin, in the daemon's process and in one of its own.
#include <stdlib.h>

#include <csignal>

#include "core/app/fatal_signals.hpp"
#include "tests/system/reload_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PluginKeys : public ReloadSystem, public ::testing::WithParamInterface<const char*> {
 protected:
  [[nodiscard]] std::string puppet(const std::string& keys) const {
    return text_of({.servers = {0, 1},
                    .after = std::string("[plugins]\npath = ") + AMIBROKER_APART_PLUGINS +
                             "\npuppet = yes\n[plugin puppet]\nisolate = " + GetParam() + "\n" + keys});
  }
  void run(const std::string& keys) {
    make_fleet(2);
    start(puppet(keys));
    wait_for_puppet();
  }
  /// Its subscription goes from its process to the daemon and from there to the servers, in its own time.
  void wait_for_puppet() {
    connect();
    ASSERT_TRUE(eventually([&] {
      (*fleet)[0].publish({{"Event", "Order"}, {"Do", "log"}, {"Text", "it hears"}});
      return daemon->says("plugin puppet: it hears", 20ms);
    })) << daemon->output();
  }
  /// The plugin asks server 1 for this.
  void ask_for(const std::string& action) {
    (*fleet)[0].publish({{"Event", "Order"}, {"Do", "request"}, {"Text", action}});
  }
  [[nodiscard]] std::uint64_t arrived(const std::string& action) const {
    const auto actions = (*fleet)[1].counters().actions;
    const auto found = actions.find(action);
    return found == actions.end() ? 0 : found->second;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, PluginKeys, ::testing::Values("no", "yes"),
                         [](const auto& info) { return std::string(info.param) == "yes" ? "Isolated" : "InProcess"; });

TEST_P(PluginKeys, AllowDecidesWhichActionsAreSentAndChangesAtOnce) {
  run("allow = CoreStatus\n");
  ask_for("Originate");
  ASSERT_TRUE(daemon->says("plugin puppet asked for the action Originate, which is not sent")) << daemon->output();
  ask_for("corestatus");
  ASSERT_TRUE(eventually([&] { return arrived("corestatus") == 1; }));

  reload_text(puppet("allow = Originate\n"));
  EXPECT_TRUE(daemon->says("plugin puppet: its allow is Originate, was CoreStatus"));
  ask_for("CoreStatus");
  ask_for("Originate");
  ASSERT_TRUE(eventually([&] { return arrived("Originate") == 1; })) << daemon->output();
  EXPECT_EQ(arrived("CoreStatus"), 0U);
  EXPECT_THAT(daemon->output(), Not(HasSubstr("puppet is gone")));
  EXPECT_EQ(count("plugin puppet 1.0 runs"), 1U) << "it was not started anew";

  refused(puppet("allow = Origi\"nate\n"));
  EXPECT_TRUE(daemon->says("plugin puppet: allow takes names of actions"));
}

class StateFolder : public PluginKeys {
 protected:
  void TearDown() override {
    ::unsetenv("STATE_DIRECTORY");
    PluginKeys::TearDown();
  }
  /// The plugin writes a file, and says so.
  void expect_file(const std::filesystem::path& file) {
    (*fleet)[0].publish({{"Event", "Order"}, {"Do", "write"}, {"Text", "for later"}});
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(file); })) << daemon->output();
    EXPECT_EQ(std::filesystem::status(file.parent_path()).permissions(), std::filesystem::perms::owner_all);
  }
};

INSTANTIATE_TEST_SUITE_P(Both, StateFolder, ::testing::Values("no", "yes"),
                         [](const auto& info) { return std::string(info.param) == "yes" ? "Isolated" : "InProcess"; });

TEST_P(StateFolder, IsInTheFirstFolderOfSystemd) {
  ::setenv("STATE_DIRECTORY", (folder.path().string() + ":/nowhere").c_str(), 1);
  run("");
  expect_file(folder.path() / "puppet" / "kept");
}

TEST_P(StateFolder, OfTheCommandLineWinsAndMustBeThere) {
  ::setenv("STATE_DIRECTORY", "/nowhere", 1);
  make_fleet(2);
  const std::string file = folder.write("config.ini", puppet(""));
  const auto state = folder.path() / "state";
  const std::vector<std::string> arguments{file, "--state-folder", state.string()};
  daemon = std::make_unique<Daemon>(AMIBROKER_DAEMON, arguments);
  EXPECT_EQ(daemon->exit_code(), 64);
  EXPECT_THAT(daemon->output(), HasSubstr("--state-folder: " + state.string() + " is no folder: No such file"));
  std::filesystem::create_directory(state);
  daemon = std::make_unique<Daemon>(AMIBROKER_DAEMON, arguments);
  wait_for_puppet();
  expect_file(state / "puppet" / "kept");
}

TEST_P(PluginKeys, AnotherSecretIsNamedInTheLogAndTheDiffAndShownNowhere) {
  folder.write("pin", "first-hush\n");
  const std::string keys = "password_file = " + (folder.path() / "pin").string() + "\n";
  run(keys);
  folder.write("pin", "second-hush\n");
  reload_text(puppet(keys));
  EXPECT_TRUE(daemon->says("plugin puppet: its option password is another secret")) << daemon->output();
  EXPECT_TRUE(daemon->says("plugin puppet 1.0 runs", 20s, 2)) << "it was started anew";

  Daemon diff(AMIBROKER_DAEMON, {"--diff", folder.write("old.ini", puppet("password = third-hush\nword = a\n")),
                                 folder.write("new.ini", puppet("password = fourth-hush\nword = b\n"))});
  EXPECT_EQ(diff.exit_code(), 0);
  EXPECT_EQ(diff.output(),
            "plugin puppet: its option word is b, was a\nplugin puppet: its option password is another secret\n");
  refused(puppet("password = fifth-hush\npassword_file = pin\nfail = sixth\n"));
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), Not(HasSubstr("hush")));
}

class TwoOfOneLibrary : public ReloadSystem {
 protected:
  void TearDown() override {
    ::unsetenv("STATE_DIRECTORY");
    ReloadSystem::TearDown();
  }
  [[nodiscard]] std::string breaks(const std::string& how) const {
    return text_of({.servers = {0},
                    .after = std::string("[plugins]\npath = ") + AMIBROKER_HANGING_PLUGINS +
                             "\nbreaks = yes\nbreaks:2 = yes\n[plugin breaks:2]\nwhere = on_event\nhow = " + how +
                             "\n"});
  }
};

TEST_F(TwoOfOneLibrary, ACrashNamesTheOneThatWasCalledAndOnlyThatOneIsSwitchedOff) {
  if (app::signals_are_the_sanitizers) GTEST_SKIP() << "the sanitizer's own report takes its place";
  ::setenv("STATE_DIRECTORY", folder.path().c_str(), 1);
  make_fleet(1);
  for (int i = 0; i < 2; ++i) {
    start(breaks("segfault"));
    connect();
    (*fleet)[0].publish({{"Event", "Probe"}});
    ASSERT_EQ(daemon->exit_code(), 128 + SIGSEGV) << daemon->output();
    EXPECT_THAT(daemon->output(), HasSubstr("plugin breaks:2 ended the daemon in on_event: signal 11"));
    EXPECT_THAT(daemon->output(), HasSubstr("For the line of its source: addr2line -Cfie "));
    EXPECT_THAT(daemon->output(), HasSubstr("'breaks:2 = no' in [plugins]"));
    daemon.reset();
  }
  start(breaks("segfault"));
  connect();
  EXPECT_TRUE(daemon->says("plugin breaks:2 is switched off: it ended the daemon 2 times")) << daemon->output();
  EXPECT_TRUE(daemon->says("plugin breaks 1.0 runs"));
}

TEST_F(TwoOfOneLibrary, ACrashOutsideOfAllCallsNamesBoth) {
  if (app::signals_are_the_sanitizers) GTEST_SKIP() << "the sanitizer's own report takes its place";
  make_fleet(1);
  start(breaks("thread"));
  connect();
  (*fleet)[0].publish({{"Event", "Probe"}});
  ASSERT_EQ(daemon->exit_code(), 128 + SIGSEGV) << daemon->output();
  EXPECT_THAT(daemon->output(),
              ::testing::ContainsRegex("plugin breaks(:2)? or breaks(:2)? ended the daemon outside of its calls"));
  daemon.reset();
}

TEST_F(TwoOfOneLibrary, AreCheckedListedAndReloadedByTheirNames) {
  make_fleet(1);
  const auto with = [&](const std::string& more) {
    return text_of(
        {.servers = {0}, .after = std::string("[plugins]\npath = ") + AMIBROKER_APART_PLUGINS + "\n" + more});
  };
  const auto once = [&](const std::string& option, const std::string& text) {
    Daemon asked(AMIBROKER_DAEMON, {option, folder.write("once.ini", text)});
    const auto code = asked.exit_code();
    return std::to_string(code.value_or(-1)) + ": " + asked.output();
  };
  const std::string two = "puppet = yes\npuppet:2 = yes\n[plugin puppet:2]\nisolate = yes\nword = two\n";
  EXPECT_THAT(once("--check-config", with(two)), HasSubstr("0: ")) << once("--check-config", with(two));
  EXPECT_THAT(once("--check-config", with(two + "fail = maybe\n")), HasSubstr("plugin puppet:2 option fail"));
  const std::string both = with(two);
  Daemon list(AMIBROKER_DAEMON, {"--list-plugins", "--config", folder.write("list.ini", both)});
  EXPECT_EQ(list.exit_code(), 0) << list.output();
  EXPECT_THAT(list.output(), HasSubstr("switched on as puppet, puppet:2\n"));

  start(with("puppet = yes\n"));
  connect();
  reload_text(both);
  EXPECT_TRUE(daemon->says("plugin puppet:2: starts"));
  EXPECT_TRUE(daemon->says("plugin puppet:2 1.0 runs in process "));
  reload_text(with("puppet:2 = yes\n[plugin puppet:2]\nisolate = yes\nword = two\n"));
  EXPECT_TRUE(daemon->says("plugin puppet: stops"));
  daemon->signal(SIGUSR1);
  EXPECT_TRUE(daemon->says("plugin puppet:2 runs: ")) << daemon->output();
  EXPECT_TRUE(daemon->says("plugin puppet is stopped: "));
}

}  // namespace
}  // namespace amibroker::system_test
