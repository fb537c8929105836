// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a plugin whose process ends, freezes, lies, or does not listen.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>

#include "tests/unit/host/isolated_fixture.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class IsolatedPlugin : public PuppetFixture {
 protected:
  void run(std::vector<base::Setting> settings = {}) {
    settings.push_back({"isolate", "yes", 2});
    start(std::move(settings));
  }
  [[nodiscard]] pid_t process() const { return puppet().apart()->process(); }
  /// The plugin does this, and is there again in another process.
  void expect_new_life(std::string_view what, const std::string& line, std::string_view text = {}) {
    const pid_t before = process();
    servers.seen.clear();
    order(what, text);
    wait_for("up 0");
    EXPECT_THAT(log(), HasSubstr("error plugin puppet is gone: " + line));
    EXPECT_NE(process(), before);
    EXPECT_EQ(::kill(before, 0), -1) << "no zombie is left";
    settle();
  }
};

TEST_F(IsolatedPlugin, ASegfaultStartsItAnewWithItsServersAndSubscriptions) {
  run();
  expect_new_life("segfault", "killed by signal 11 (Segmentation fault) in on_event. Its process starts anew in 0 s");
}

TEST_F(IsolatedPlugin, AnAbortAnExitAndAKillAreNamed) {
  isolation.restarts = {10ms, 10ms, 10ms, 10ms};
  run();
  expect_new_life("abort", "killed by signal 6 (Aborted) in on_event");
  expect_new_life("exit", "it ended with exit code 3 in on_event");
  expect_new_life("kill", "killed by signal 9 (Killed) in on_event");
}

TEST_F(IsolatedPlugin, AProcessThatIsKilledFromOutsideSaysWhatItDidLast) {
  run();
  servers.seen.clear();
  ::kill(process(), SIGKILL);
  wait_for("up 0");
  EXPECT_THAT(log(), HasSubstr("killed by signal 9 (Killed) between its calls, after on_server_up"));
}

TEST_F(IsolatedPlugin, AnEndlessLoopIsEndedByTheHeartbeat) {
  isolation.most_missed = 60;  // 3 s: the next process has to start within that, under a sanitizer too
  run();
  expect_new_life("loop", "it did not answer for 3 s, and was killed in on_event");
}

TEST_F(IsolatedPlugin, ItsEndAnswersTheQuestionsThatItWasAsked) {
  run();
  std::vector<std::string> said;
  const auto ask = [&](std::string_view command) {
    puppet().ask(command, {}, [&](const PluginAnswer& answer) { said.push_back(answer.text); });
  };
  ask("die"), ask("echo");
  base::run_until(loop, [&] { return said.size() == 2; });
  EXPECT_EQ(said, std::vector<std::string>(2, "the plugin's process ended before it answered"));
}

TEST_F(IsolatedPlugin, QuestionsThatItDoesNotAnswerAreBounded) {
  isolation.most_missed = 1000;
  run();
  ::kill(process(), SIGSTOP);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < IsolatedInstance::most_asked + 3; ++i)
    puppet().ask("echo", {}, [&](const PluginAnswer& answer) {
      if (answer.text == "the plugin has not answered the questions before this one yet") ++refused;
    });
  EXPECT_EQ(refused, 3U);
  ::kill(process(), SIGCONT);
}

TEST_F(IsolatedPlugin, AnAnswerToNoQuestionIsALie) {
  run();
  expect_new_life("lie", "it sent what no helper sends: ", std::to_string(static_cast<int>(isolated::Kind::answer)));
}

TEST_F(IsolatedPlugin, AStoppedProcessIsEndedByTheHeartbeat) {
  isolation.most_missed = 60;  // 3 s: the next process has to start within that, under a sanitizer too
  run();
  expect_new_life("stop_process", "it did not answer for 3 s, and was killed in on_event");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(IsolatedPlugin, ALeakEndsAtTheLimitOfItsMemory) {
  run({{"memory_limit", "64", 3}});
  expect_new_life("leak", "it ended with exit code 1 in on_event");
  EXPECT_THAT(log(), HasSubstr("error plugin puppet: it asked for more memory than memory_limit allows"));
}
#endif

TEST_F(IsolatedPlugin, AProcessThatClosesItsSocketOrLiesIsEnded) {
  run();
  expect_new_life("close", "it closed its socket, and ");
  expect_new_life("lie", "it sent what no helper sends: a frame of kind 99, and was killed", "99");
}

TEST_F(IsolatedPlugin, AProcessThatSaysTwiceThatItStartedIsEnded) {
  run();
  expect_new_life("lie", "it sent what no helper sends: it started twice, and was killed",
                  std::to_string(static_cast<int>(isolated::Kind::started)));
}

TEST_F(IsolatedPlugin, ItsCountersAndCallsAddUpOverItsProcesses) {
  run();
  std::uint64_t orders = 0, calls = 0;
  bool went_back = false;
  const auto look = [&] {
    const auto counters = puppet().counters().values();
    const std::uint64_t now = counters.empty() ? 0 : counters.front().second;
    went_back = went_back || now < orders || puppet().statistics().calls < calls;
    orders = now, calls = puppet().statistics().calls;
  };
  const auto count = [&](std::uint64_t until) {
    while (orders < until && !went_back) {
      const auto known = orders;
      order("count");
      base::run_until(loop, [&] { return look(), orders > known || went_back; });
    }
  };
  for (const std::uint64_t until : {3U, 5U}) {
    count(until);
    EXPECT_EQ(orders, until);
    expect_new_life("kill", "killed by signal 9");
    look();
  }
  count(6);
  EXPECT_EQ(orders, 6U);
  EXPECT_FALSE(went_back) << orders << " orders, " << calls << " calls";
}

TEST_F(IsolatedPlugin, AReloadStartsOneThatWaitsForItsNextStart) {
  isolation.restarts = {1h};
  run();
  servers.seen.clear();
  ::kill(process(), SIGKILL);
  wait_for_log("Its process starts anew in 60 min");
  ASSERT_TRUE(puppet().apart()->waits());
  ASSERT_THAT(reload({{"isolate", "yes", 2}}), ::testing::ElementsAre("plugin puppet: starts"));
  wait_for("up 0");
  EXPECT_FALSE(puppet().apart()->waits());
  EXPECT_NE(process(), 0);
}

TEST_F(IsolatedPlugin, ValuesOfGeneralReachTheProcessThatRuns) {
  spdlog::set_level(spdlog::level::warn);
  run();
  const pid_t before = process();
  dispatcher.report(), settle();
  order("state"), wait_for("up 10 verbose 1 servers 2 folder  same_asterisk 1");
  plugins.set_general(900ms, false);
  spdlog::set_level(spdlog::level::info);
  const std::string now = "up 10 verbose 0 servers 2 folder  same_asterisk 1";
  const auto begun = std::chrono::steady_clock::now();
  base::run_until(loop, [&] {
    order("state");
    return std::count(servers.seen.begin(), servers.seen.end(), now) > 0 ||
           std::chrono::steady_clock::now() - begun > 100 * isolation.heartbeat;
  });
  ASSERT_THAT(servers.seen, Contains(now));
  EXPECT_THAT(log(), Not(HasSubstr("its report"))) << "of before";
  dispatcher.report(), settle();
  wait_for_log("info plugin puppet: its report");
  order("broadcast", "Ping");
  base::run_until(loop, [&] { return !servers.requests.empty(); });
  EXPECT_EQ(servers.requests.front().timeout, 900ms);
  EXPECT_EQ(process(), before);
}

TEST_F(IsolatedPlugin, TheNextProcessBeginsWithTheFilesThatAReloadNamed) {
  const TempFolder files;
  const std::string first = files.write("first", "hush").string(), second = files.write("second", "hush").string();
  run({{"password_file", first, 3}});
  const pid_t before = process();
  EXPECT_THAT(reload({{"isolate", "yes", 2}, {"password_file", second, 3}}), ::testing::IsEmpty());
  EXPECT_EQ(process(), before);
  std::filesystem::remove(first);
  expect_new_life("kill", "killed by signal 9");
  order("password"), wait_for("password hush");
}

TEST_F(IsolatedPlugin, OneOfTwoPluginsOfALibraryMayBeIsolatedAlone) {
  plugins.set_isolation(isolation);
  dispatcher.on_up(0);
  reload_plugins({{"puppet", true, 1, {{"word", "here", 2}}},
                  {"puppet:2", true, 3, {{"isolate", "yes", 4}, {"word", "there", 5}}}});
  wait_for("start here"), wait_for("start there"), wait_for("up 0", 2);
  EXPECT_THAT(log(), HasSubstr("info plugin puppet:2 1.0 runs in process "));
  servers.seen.clear();
  ::kill(plugins.plugins()[1]->apart()->process(), SIGKILL);
  wait_for("start there");
  EXPECT_THAT(log(), HasSubstr("error plugin puppet:2 is gone: killed by signal 9"));
  EXPECT_THAT(servers.seen, Not(Contains("start here")));

  reload_plugins({{"puppet", true, 1, {{"isolate", "yes", 4}, {"word", "here", 2}}},
                  {"puppet:2", true, 3, {{"word", "there", 5}}}});
  wait_for("start here"), wait_for("start there", 2);
  EXPECT_EQ(plugins.plugins()[1]->apart(), nullptr);
  EXPECT_NE(plugins.plugins()[0]->apart(), nullptr);
}

TEST_F(IsolatedPlugin, OneThatFailsTooOftenStaysOff) {
  isolation.restarts = {1ms};
  run();
  expect_new_life("segfault", "killed by signal 11");
  order("segfault");
  wait_for_log("It failed too often and stays off");
  EXPECT_FALSE(puppet().running());
  plugins.stop();
}

TEST_F(IsolatedPlugin, OneThatThrowsTooOftenIsStoppedAndComesBack) {
  run();
  const pid_t before = process();
  servers.seen.clear();
  for (int i = 0; i < 20; ++i) order("throw");
  wait_for("up 0");
  EXPECT_THAT(log(), HasSubstr("error plugin puppet is gone: it threw 20 times in "));
  EXPECT_THAT(log(), HasSubstr("told to throw"));
  EXPECT_NE(process(), before);
}

TEST_F(IsolatedPlugin, OneThatThrowsTooOftenGoesOnIfFaultsAreIgnored) {
  run({{"on_fault", "ignore", 3}});
  const pid_t before = process();
  for (int i = 0; i < 30; ++i) order("throw");
  settle();
  EXPECT_EQ(process(), before);
}

TEST_F(IsolatedPlugin, OneThatThrowsTooOftenEndsTheDaemonIfThatIsWanted) {
  bool ends = false;
  plugins.set_quarantine({.end_daemon = [&] { ends = true; }});
  run({{"on_fault", "exit", 3}});
  for (int i = 0; i < 20; ++i) order("throw");
  base::run_until(loop, [&] { return ends; });
  EXPECT_THAT(log(), HasSubstr("critical plugin puppet threw 20 times in "));
}

TEST_F(IsolatedPlugin, RequestsUnderWayEndUnheard) {
  run();
  event({{"Event", "Order"}, {"Do", "request"}, {"Text", "Ping"}});
  base::run_until(loop, [&] { return !servers.requests.empty(); });
  const auto request = servers.requests.front();
  expect_new_life("segfault", "killed by signal 11");
  dispatcher.on_answer(1, request.owner, request.done, {Outcome::success, "late", {}});
  settle();
  EXPECT_THAT(servers.seen, Not(Contains(HasSubstr("late"))));
}

TEST_F(IsolatedPlugin, AStartThatThrowsIsLoggedAndNotTriedAgain) {
  plugins.set_isolation(isolation);
  const std::vector<PluginConfig> configs{{"puppet", true, 1, {{"isolate", "yes", 2}, {"fail", "yes", 3}}}};
  ASSERT_TRUE(plugins.load(PluginFolders({AMIBROKER_APART_PLUGINS}), configs).empty());
  plugins.start();
  base::run_until(loop, [&] { return !puppet().running(); });
  EXPECT_THAT(log(), HasSubstr("plugin puppet cannot start: told to fail"));
}

TEST_F(IsolatedPlugin, AStopThatHangsIsBounded) {
  isolation.stop_limit = 200ms;
  run({{"slow_stop", "yes", 3}});
  const auto before = std::chrono::steady_clock::now();
  plugins.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_THAT(log(), HasSubstr("plugin puppet did not stop within 200 ms (in stop): its process was killed"));
}

TEST_F(IsolatedPlugin, StopsThatHangAreBoundedTogether) {
  isolation.stop_limit = 2s;
  plugins.set_isolation(isolation);
  dispatcher.on_up(0);
  const std::vector<base::Setting> settings{{"isolate", "yes", 2}, {"slow_stop", "yes", 3}};
  reload_plugins({{"puppet", true, 1, settings}, {"puppet:2", true, 4, settings}});
  wait_for("up 0", 2);
  const auto before = std::chrono::steady_clock::now();
  plugins.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2 * isolation.stop_limit);
  EXPECT_THAT(log(), AllOf(HasSubstr("plugin puppet did not stop within 2000 ms (in stop)"),
                           HasSubstr("plugin puppet:2 did not stop within 2000 ms (in stop)")));
}

TEST_F(IsolatedPlugin, AStopThatHangsAtAReloadHoldsNobody) {
  isolation.leave_limit = std::chrono::milliseconds(100);
  run({{"slow_stop", "yes", 3}});
  const pid_t before = process();
  reload_plugins({});
  EXPECT_FALSE(puppet().running());
  ASSERT_NE(puppet().apart(), nullptr) << "it is not waited for";
  wait_for_log("error plugin puppet was to stop: it did not within 0 s, and was killed in stop\n");
  base::run_until(loop, [&] { return puppet().apart() == nullptr; });
  EXPECT_NE(::kill(before, 0), 0);
}

TEST_F(IsolatedPlugin, OneThatLiesWhileItStopsIsNamed) {
  run();
  order("lie", "99");
  reload_plugins({});
  base::run_until(loop, [&] { return puppet().apart() == nullptr; });
  EXPECT_THAT(log(), HasSubstr("error plugin puppet was to stop: it sent what no helper sends: a frame of kind 99, and "
                               "was killed"));
}

TEST_F(IsolatedPlugin, WhoeverIsToStartNextWaitsForTheEndOfTheOneBefore) {
  run({{"word", "first", 3}});
  servers.seen.clear();
  reload({{"isolate", "yes", 2}, {"word", "second", 3}});
  reload({{"isolate", "yes", 2}, {"word", "third", 3}});
  wait_for("start third");
  EXPECT_THAT(servers.seen, ::testing::IsSupersetOf({"stop", "start third"}));
  EXPECT_LT(std::find(servers.seen.begin(), servers.seen.end(), "stop"),
            std::find(servers.seen.begin(), servers.seen.end(), "start third"));
  EXPECT_THAT(servers.seen, Not(Contains("start second")));
}

TEST_F(IsolatedPlugin, EventsThatFindNoRoomAreToldAsLost) {
  run();
  ::kill(process(), SIGSTOP);
  const std::string big(100'000, 'x');
  std::uint64_t sent = 0;
  for (; sent < 400; ++sent) event({{"Event", "Order"}, {"Do", "count"}, {"Text", big}}, 1);
  base::run_pending(loop);
  for (; sent < 800; ++sent) event({{"Event", "Order"}, {"Do", "count"}, {"Text", big}}, 1);
  ::kill(process(), SIGCONT);
  base::run_until(loop, [&] {
    return std::any_of(servers.seen.begin(), servers.seen.end(),
                       [](const auto& what) { return what.starts_with("lost 1 "); });
  });
  const auto told = std::find_if(servers.seen.begin(), servers.seen.end(),
                                 [](const auto& what) { return what.starts_with("lost 1 "); });
  const std::uint64_t lost = std::stoull(told->substr(7));
  settle();
  order("count"), settle();
  base::run_until(loop, [&] {
    const auto counters = puppet().counters().values();
    return !counters.empty() && counters.front().second == sent - lost + 1;
  });
  EXPECT_THAT(log(), HasSubstr("takes its events too slowly: " + std::to_string(lost) + " of server 'Branch'"));
}

TEST_F(IsolatedPlugin, NoDescriptorOfTheDaemonReachesIt) {
  // Not closed by exec, and some of them above the descriptors that the helper is given.
  std::array<int, 8> leaked{};
  for (int& descriptor : leaked) descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  run();
  const std::filesystem::path folder = "/proc/" + std::to_string(process()) + "/fd";
  std::vector<std::string> sockets;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (std::filesystem::read_symlink(entry).string().starts_with("socket:"))
      sockets.push_back(entry.path().filename());
  EXPECT_THAT(sockets, ::testing::ElementsAre("3"));
  for (const int descriptor : leaked) ::close(descriptor);
}

TEST_F(IsolatedPlugin, WhatItPrintsIsLoggedWithItsNameAndBounded) {
  run();
  order("print", "a library complains");
  wait_for_log("warning plugin puppet wrote: a library complains\n");
  order("print", "<3>server 'x' is down\x1b[31m");
  wait_for_log("error plugin puppet: server 'x' is down\\x1b[31m\n");
  order("print", std::string(1'000'000, 'y'));
  wait_for_log("yyy\n");
  EXPECT_LT(log().size(), 10'000U);
}

}  // namespace
}  // namespace amibroker::host
