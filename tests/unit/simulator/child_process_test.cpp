// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/child_process.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/simulator/app/broker_config.hpp"
#include "tests/simulator/signal.hpp"

namespace amibroker::sim::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// A program that runs its argument as a shell script stands for a broker.
const std::string kShell = "/bin/sh";

std::optional<std::string> wait_for_end(ChildProcess& process) {
  const auto deadline = Clock::now() + 10s;
  while (!process.ended() && Clock::now() < deadline) {
  }
  return process.ended();
}

TEST(ChildProcess, ThatEndsWithSuccessOnSigtermIsStoppedWellAndLeavesNothing) {
  std::filesystem::path log;
  {
    ChildProcess process(kShell, "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    log = process.log_file();
    const auto deadline = Clock::now() + 10s;
    while (process.log_tail() != "  ready\n" && Clock::now() < deadline) {
    }
    EXPECT_EQ(process.ended(), std::nullopt);
    EXPECT_TRUE(process.stop(10s));
    EXPECT_EQ(process.ended(), "exit code 0");
  }
  EXPECT_FALSE(std::filesystem::exists(log.parent_path()));
}

TEST(ChildProcess, ThatEndsByItselfIsReportedWithItsLog) {
  std::filesystem::path folder;
  {
    ChildProcess process(kShell, "echo one; echo two >&2; exit 78");
    folder = process.log_file().parent_path();
    EXPECT_EQ(wait_for_end(process), "exit code 78");
    EXPECT_EQ(process.log_tail(1), "  two\n");
    EXPECT_FALSE(process.stop(1s));
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "broker.log"));
  std::filesystem::remove_all(folder);
}

TEST(ChildProcess, ThatDiesOfASignalIsReported) {
  std::filesystem::path folder;
  {
    ChildProcess process(kShell, "kill -9 $$");
    folder = process.log_file().parent_path();
    EXPECT_EQ(wait_for_end(process), "signal 9");
  }
  std::filesystem::remove_all(folder);
}

TEST(ChildProcess, ThatIgnoresSigtermIsNotStoppedWell) {
  std::filesystem::path folder;
  {
    ChildProcess process(kShell, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
    folder = process.log_file().parent_path();
    const auto deadline = Clock::now() + 10s;
    while (process.log_tail() != "  ready\n" && Clock::now() < deadline) {
    }
    EXPECT_FALSE(process.stop(50ms));
  }
  std::filesystem::remove_all(folder);
}

TEST(ChildProcess, GetsItsOptionsBeforeItsFileAndLeavesNothingWhenItIsKilled) {
  std::filesystem::path log;
  {
    ChildProcess process(kShell, "no script", "other", {"-c", "echo $0; while :; do sleep 0.01; done"});
    log = process.log_file();
    const auto deadline = Clock::now() + 10s;
    while (process.log_tail().empty() && Clock::now() < deadline) {
    }
    EXPECT_EQ(process.log_tail(), "  " + (log.parent_path() / "other.conf").string() + "\n");
    process.kill();
    EXPECT_EQ(process.ended(), "signal 9");
  }
  EXPECT_FALSE(std::filesystem::exists(log.parent_path()));
}

TEST(ChildProcess, ThatCannotBeStartedIsAnErrorWithItsPath) {
  try {
    ChildProcess process("/no/such/broker", "");
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/no/such/broker"));
  }
}

TEST(BrokerConfig, HasASectionForEachServerAndThePluginsIfGiven) {
  const auto config = broker_config({{1000, 1001}, {1002, 1003}}, "/plugins", {});
  EXPECT_THAT(config, HasSubstr("sections = server-1, server-2\n"));
  EXPECT_THAT(config, HasSubstr("[server-2]\nname = Server 2\naddr = 127.0.0.1\ncmd_port = 1002\nevt_port = 1003\n"));
  EXPECT_THAT(config, HasSubstr("[plugins]\npath = /plugins\n"));
  EXPECT_THAT(broker_config({{1000, 1001}}, "", {}), ::testing::Not(HasSubstr("plugins")));
  EXPECT_THAT(broker_config({{1000, 1001}}, "", {"hello"}), HasSubstr("[plugins]\nhello = yes\n"));
}

TEST(BrokerConfig, OfASiteNamesTheEngineAndNumbersItsServersAsAllAreNumbered) {
  const auto config = broker_config({{1000, 1001}}, "", {}, std::nullopt,
                                    SiteAccess{.name = "site-2", .url = "nats://127.0.0.1:4222", .first_server = 4});
  EXPECT_THAT(config, HasSubstr("[cluster]\nurl = nats://127.0.0.1:4222\nsite = site-2\n"));
  EXPECT_THAT(config, HasSubstr("sections = server-5\n[server-5]\nname = Server 5\n"));
}

TEST(BrokerConfig, OfANativeServerHasItsAccount) {
  EXPECT_THAT(broker_config({{1000, 1001}, {.ami = 5038, .username = "u", .secret = "s"}}, "", {}),
              HasSubstr("addr = 127.0.0.1\ntransport = ami\nport = 5038\nusername = u\nsecret = s\n"));
}

}  // namespace
}  // namespace amibroker::sim::app
