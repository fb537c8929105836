// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/brokers.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/simulator/signal.hpp"

namespace amibroker::sim::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// A program that runs its argument as a shell script stands for a broker.
const std::string kShell = "/bin/sh";
const std::string kGood = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done";

class BrokersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(folder_);
  }
  std::optional<std::string> wait_for_end() {
    const auto deadline = Clock::now() + 10s;
    while (!brokers_.ended() && Clock::now() < deadline) {
    }
    return brokers_.ended();
  }
  /// Before it has set its trap, a shell ends with the signal.
  void wait_for_ready(std::size_t count) {
    const auto deadline = Clock::now() + 10s;
    for (std::size_t ready = 0; ready < count && Clock::now() < deadline;) {
      ready = 0;
      const auto text = brokers_.last_words();
      for (std::size_t at = text.find("  ready"); at != std::string::npos; at = text.find("  ready", at + 1)) ++ready;
    }
  }
  std::string folder_ = ::testing::TempDir() + "brokers-test-XXXXXX";
  Brokers brokers_;
};

TEST_F(BrokersTest, OfSitesAreNamedByThem) {
  brokers_.start(kShell, kGood);
  brokers_.start(kShell, "echo why; exit 7");
  wait_for_ready(1);
  EXPECT_THAT(wait_for_end().value_or(""), HasSubstr("the broker of site-2 ended with exit code 7. What it said last"));
  EXPECT_THAT(wait_for_end().value_or(""), HasSubstr("why"));
  EXPECT_THAT(brokers_.stop(10s).value_or(""), HasSubstr("the broker of site-2 did not end with exit code 0"));
}

TEST_F(BrokersTest, HaveALogEach) {
  brokers_.start(kShell, kGood);
  brokers_.start(kShell, kGood);
  wait_for_ready(2);
  EXPECT_EQ(brokers_.stop(10s), std::nullopt);
  brokers_.copy_logs(folder_ + "/log");
  std::ifstream log(folder_ + "/log.site-2");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(log), {}), "ready\n");
}

TEST_F(BrokersTest, NeedAnEngineThatIsThere) {
  for (const std::string program : {"", "/no/such/server"}) {
    try {
      brokers_.start_engine(program);
      FAIL() << "no exception";
    } catch (const std::exception& error) {
      EXPECT_THAT(error.what(), HasSubstr("--sites needs nats-server"));
      EXPECT_THAT(error.what(), HasSubstr(program));
      EXPECT_THAT(error.what(), HasSubstr("--engine"));
    }
  }
}

TEST_F(BrokersTest, EndWithTheirEngine) {
  brokers_.start_engine("/bin/false");
  brokers_.start(kShell, kGood);
  wait_for_ready(1);
  EXPECT_THAT(wait_for_end().value_or(""), HasSubstr("nats-server ended with exit code 1"));
  EXPECT_EQ(brokers_.stop(10s), std::nullopt);
}

}  // namespace
}  // namespace amibroker::sim::app
