// SPDX-License-Identifier: Apache-2.0
//
// The verdicts of asterisk-sim, with a broker that works and brokers that do not.
#include "tests/simulator/app/simulation.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace amibroker::sim::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Verdict : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TINY_BROKER_FAULT");
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(folder_);
  }
  // What the program prints, and its exit code.
  ExitCode run(const char* fault = "", const std::string& broker = TINY_BROKER) {
    ::setenv("TINY_BROKER_FAULT", fault, 1);
    Options options;
    options.broker = broker;
    options.rate = 200;
    options.duration = std::chrono::seconds(1);
    options.agree_within = std::chrono::seconds(1);
    options.log = folder_ + "/log";
    options.calls = true;
    options.broker_log = folder_ + "/broker-log";
    options.inject = AMIBROKER_EXAMPLES "/events/call.txt";
    ::testing::internal::CaptureStdout();
    const auto code = Simulation(options).run();
    output_ = ::testing::internal::GetCapturedStdout();
    return code;
  }
  bool leaves_a_broker_folder() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.is_directory()) return true;
    }
    return false;
  }
  std::string folder_ = ::testing::TempDir() + "simulation-test-XXXXXX";
  std::string output_;
};

TEST_F(Verdict, IsGoodIfAllAgree) {
  EXPECT_EQ(run(), ExitCode::agree) << output_;
  EXPECT_THAT(output_, HasSubstr("all 3 servers agree on all 12 phones"));
  EXPECT_THAT(output_, HasSubstr("event to lamp: median"));
  EXPECT_THAT(output_, HasSubstr("each server sent the "));
  EXPECT_THAT(output_, Not(HasSubstr("\x1b")));
  EXPECT_FALSE(leaves_a_broker_folder());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/broker-log"));
  std::ifstream log(folder_ + "/log");
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  EXPECT_THAT(text, HasSubstr(" change 1 PJSIP/100 RINGING\n"));
  EXPECT_THAT(text, HasSubstr(" write 2 Custom:PJSIP/100 RINGING\n"));
}

TEST_F(Verdict, NamesWhatDisagrees) {
  EXPECT_EQ(run("lossy"), ExitCode::disagree) << output_;
  EXPECT_THAT(output_, HasSubstr("never written"));
  EXPECT_THAT(output_, HasSubstr("holds INVALID"));
  EXPECT_TRUE(leaves_a_broker_folder());
}

TEST_F(Verdict, IsBadIfTheBrokerCrashes) {
  EXPECT_EQ(run("crash"), ExitCode::broker_failed) << output_;
  EXPECT_THAT(output_, HasSubstr("the broker ended with signal 6"));
  EXPECT_TRUE(leaves_a_broker_folder());
}

TEST_F(Verdict, IsBadIfTheBrokerEndsWithAnError) {
  EXPECT_EQ(run("bad-exit"), ExitCode::broker_failed) << output_;
  EXPECT_THAT(output_, HasSubstr("all 3 servers agree"));
  EXPECT_THAT(output_, HasSubstr("(exit code 3)"));
}

TEST_F(Verdict, ComesAtOnceIfTheBrokerDoesNotStart) {
  const auto start = Clock::now();
  EXPECT_EQ(run("", "/bin/false"), ExitCode::broker_failed) << output_;
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace amibroker::sim::app
