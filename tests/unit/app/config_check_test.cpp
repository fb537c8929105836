// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_check.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/unit/base/loop_test.hpp"

namespace amibroker::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CheckedConfig numbered(int number) {
  CheckedConfig checked;
  checked.loaded.config.plugin_path = std::to_string(number);
  return checked;
}

class ConfigCheckTest : public base::LoopTest {
 protected:
  void ask(ConfigCheck& check) {
    check.ask([this](const CheckedConfig& checked) { heard.push_back(checked.loaded.config.plugin_path); });
  }
  std::vector<std::string> heard;
};

TEST_F(ConfigCheckTest, EachHearsOfAReadingThatBeganAfterTheQuestion) {
  const auto reads = std::make_shared<std::atomic<int>>(0);
  std::promise<void> go;
  ConfigCheck check(loop, [reads, wait = go.get_future().share()] {
    const int number = ++*reads;
    wait.wait();
    return numbered(number);
  });
  ask(check);
  ASSERT_TRUE(run_until([&] { return *reads == 1; }));
  ask(check);
  ask(check);
  EXPECT_TRUE(heard.empty());
  go.set_value();
  ASSERT_TRUE(run_until([&] { return heard.size() == 3; }));
  EXPECT_THAT(heard, ElementsAre("1", "2", "2"));
  EXPECT_EQ(*reads, 2) << "one reading is enough for all that wait";
}

TEST_F(ConfigCheckTest, AnExceptionIsAFileThatCannotBeRead) {
  ConfigCheck check(loop, []() -> CheckedConfig { throw std::runtime_error("no memory"); });
  std::string error;
  check.ask([&](const CheckedConfig& checked) { error = checked.loaded.errors.at(0).text; });
  ASSERT_TRUE(run_until([&] { return !error.empty(); }));
  EXPECT_THAT(error, HasSubstr("cannot be read: no memory"));
}

TEST_F(ConfigCheckTest, WhatComesAfterItsEndIsDropped) {
  const auto reads = std::make_shared<std::atomic<int>>(0);
  std::promise<void> go;
  auto check = std::make_unique<ConfigCheck>(loop, [reads, wait = go.get_future().share()] {
    ++*reads;
    wait.wait();
    return numbered(1);
  });
  ask(*check);
  ASSERT_TRUE(run_until([&] { return *reads == 1; }));
  check.reset();
  go.set_value();
  int turns = 0;
  ASSERT_TRUE(run_until([&] { return ++turns >= 20; }));
  EXPECT_TRUE(heard.empty());
}

}  // namespace
}  // namespace amibroker::app
