// SPDX-License-Identifier: Apache-2.0
//
// A plugin in a process of its own does the worst that it can, and the lamps of the others go on.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <regex>
#include <vector>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::HasSubstr;

// Without a fault a lamp takes a millisecond or two; what is allowed here is for a machine that does other work as
// well.
constexpr auto late = 1s;

/// A process that need not be a child of this one.
class Watched {
 public:
  explicit Watched(pid_t process) : handle_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}
  ~Watched() { ::close(handle_); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  [[nodiscard]] bool ends(std::chrono::milliseconds within = 20s) const {
    pollfd end{handle_, POLLIN, 0};
    return ::poll(&end, 1, static_cast<int>(within.count())) == 1;
  }

 private:
  int handle_;
};

class Isolated : public System {
 protected:
  void run(const std::string& options = {}) {
    make_fleet(2);
    start_and_connect("", puppet(options));
    // Its subscription goes from its process to the daemon and from there to the servers, in its own time.
    ASSERT_TRUE(eventually([&] {
      (*fleet)[0].publish({{"Event", "Order"}, {"Do", "log"}, {"Text", "it hears"}});
      return daemon->says("plugin puppet: it hears", 20ms);
    })) << daemon->output();
  }
  static std::string puppet(const std::string& options = {}) {
    return std::string("[plugins]\npath = ") + AMIBROKER_APART_PLUGINS +
           "\npuppet = yes\n[plugin puppet]\nisolate = yes\n" + options;
  }
  void order(const std::string& what) { (*fleet)[0].publish({{"Event", "Order"}, {"Do", what}}); }
  [[nodiscard]] pid_t process() const {
    const std::string output = daemon->output();
    std::smatch found;
    return std::regex_search(output, found, std::regex("runs in process ([0-9]+)")) ? std::stoi(found[1]) : 0;
  }
  /// Changes a phone's state again and again, until the log says this; each shows on the other server in time.
  void expect_lamps_until(const std::string& text, std::chrono::milliseconds within = 40s) {
    const auto deadline = in(within);
    sim::Clock::duration longest{};
    for (int i = 0; !daemon->says(text, 1ms); ++i) {
      ASSERT_LT(sim::Clock::now(), deadline) << daemon->output();
      const auto before = sim::Clock::now();
      (*fleet)[0].set_device_state("PJSIP/100", i % 2 == 0 ? DeviceState::inuse : DeviceState::not_inuse);
      ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
      longest = std::max(longest, sim::Clock::now() - before);
    }
    EXPECT_LT(longest, late);
    RecordProperty("longest_lamp_us",
                   std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(longest).count()));
  }
};

struct Fault {
  const char* order;
  const char* line;
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.order; }

class IsolatedFault : public Isolated, public ::testing::WithParamInterface<Fault> {};

TEST_P(IsolatedFault, CostsTheOtherPluginsNothing) {
  run("memory_limit = 64\n");
  order(GetParam().order);
  expect_lamps_until(std::string("plugin puppet is gone: ") + GetParam().line);
  EXPECT_THAT(daemon->output(), HasSubstr("Its process starts anew in 10 s; the other plugins go on"));
}

// What a plugin does from outside of its calls, or to its process; fault_test has the rest.
INSTANTIATE_TEST_SUITE_P(Faults, IsolatedFault,
                         ::testing::Values(Fault{"segfault", "killed by signal 11 (Segmentation fault) in on_event"},
                                           Fault{"kill", "killed by signal 9 (Killed) in on_event"},
                                           Fault{"stop_process",
                                                 "it did not answer for 10 s, and was killed in on_event"},
                                           Fault{"close", "it closed its socket, and "}),
                         [](const auto& info) { return std::string(info.param.order); });

TEST_F(Isolated, AProcessThatReadsNothingCostsTheOthersNothing) {
  run();
  order("stop_process");
  for (int i = 0; i < 30'000; ++i)
    (*fleet)[0].publish({{"Event", "Order"}, {"Do", "count"}, {"Text", std::string(900, 'x')}});
  expect_lamps_until("plugin puppet is gone: it did not answer for 10 s, and was killed");
}

TEST_F(Isolated, StartsAnewAfterTenSeconds) {
  run();
  order("segfault");
  EXPECT_TRUE(daemon->says("plugin puppet 1.0 runs in process ", 30s, 2)) << daemon->output();
}

TEST_F(Isolated, AStopThatHangsDoesNotHoldTheEnd) {
  run("slow_stop = yes\n");
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), HasSubstr("plugin puppet did not stop within 500 ms (in stop)"));
}

TEST_F(Isolated, TheProcessEndsWithADaemonThatIsKilled) {
  run();
  const pid_t helper = process();
  ASSERT_GT(helper, 0);
  const Watched watched(helper);
  daemon->signal(SIGKILL);
  ASSERT_TRUE(daemon->exit_code().has_value());
  EXPECT_TRUE(watched.ends());
  daemon.reset();
}

TEST_F(Isolated, ATerminationOfTheWholeGroupLeavesTheEndToTheDaemon) {
  run();
  ::kill(process(), SIGTERM);
  (*fleet)[0].publish({{"Event", "Order"}, {"Do", "log"}, {"Text", "still here"}});
  EXPECT_TRUE(daemon->says("plugin puppet: still here")) << daemon->output();
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_THAT(daemon->output(), ::testing::Not(HasSubstr("is gone")));
}

class Unloadable : public Isolated, public ::testing::WithParamInterface<Fault> {};

TEST_P(Unloadable, IsAMistakeOfTheConfigurationWithItsLine) {
  make_fleet(1);
  const std::string file = folder.write(
      "config.ini",
      config("", std::string("[plugins]\npath = ") + AMIBROKER_APART_PLUGINS + "\n" + GetParam().order + " = yes\n"));
  daemon = std::make_unique<Daemon>(AMIBROKER_DAEMON, std::vector<std::string>{"--check-config", file});
  EXPECT_EQ(daemon->exit_code(), 78) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr(GetParam().line));
  EXPECT_THAT(daemon->output(), ::testing::ContainsRegex("config.ini:[0-9]+: plugin static_"));
  daemon.reset();
}

INSTANTIATE_TEST_SUITE_P(Statics, Unloadable,
                         ::testing::Values(Fault{"static_throws", "killed by signal 6 (Aborted)"},
                                           Fault{"static_exits", "it ended with exit code 0"},
                                           Fault{"static_hangs", "not loaded and checked after 5 s"}),
                         [](const auto& info) { return std::string(info.param.order); });

}  // namespace
}  // namespace amibroker::system_test
