// SPDX-License-Identifier: Apache-2.0
#include "core/app/doctor_desk.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/unit/base/loop_runner.hpp"
#include "tests/unit/base/loop_test.hpp"

namespace amibroker::app {
namespace {

using doctor::Finding;
using Findings = std::vector<Finding>;

class DoctorDeskTest : public base::LoopTest {
 protected:
  static doctor::Case of(const std::string& section) {
    doctor::Case one;
    one.server.config.section = section;
    return one;
  }
  DoctorDesk::Heard hear() {
    return [this](const DoctorDesk::Outcome& outcome) { heard.push_back(outcome); };
  }
  /// Ends when it is asked to stop, or let go.
  DoctorDesk::Look slow() {
    return [this](const doctor::Case& one, const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      ++at_once;
      most_at_once = std::max(most_at_once, at_once);
      may_go.wait(lock, stop, [this] { return open; });
      --at_once;
      was_stopped = stop.stop_requested();
      return Findings{{"name", doctor::Result::ok, one.server.config.section}};
    };
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    may_go.notify_all();
  }
  [[nodiscard]] bool is_at_work() {
    const std::lock_guard lock(mutex);
    return at_once > 0;
  }

  std::vector<DoctorDesk::Outcome> heard;
  std::mutex mutex;
  std::condition_variable_any may_go;
  bool open = false;
  bool was_stopped = false;
  int at_once = 0;
  int most_at_once = 0;
};

TEST_F(DoctorDeskTest, OneAfterTheOtherAndNoMoreThanWait) {
  DoctorDesk desk(loop, slow());
  for (std::size_t i = 0; i <= DoctorDesk::most_waiting; ++i)
    EXPECT_TRUE(desk.ask(of("server-" + std::to_string(i)), hear()));
  EXPECT_FALSE(desk.ask(of("too many"), hear()));
  EXPECT_TRUE(heard.empty());
  let_go();
  ASSERT_TRUE(run_until([&] { return heard.size() == DoctorDesk::most_waiting + 1; }));
  EXPECT_EQ(most_at_once, 1);
  for (std::size_t i = 0; i < heard.size(); ++i)
    EXPECT_EQ(std::get<Findings>(heard[i]).front().text, "server-" + std::to_string(i));
  EXPECT_TRUE(desk.ask(of("again"), hear()));
}

TEST_F(DoctorDeskTest, AnEndStopsWhatIsUnderWayAndNobodyHearsOfIt) {
  {
    DoctorDesk desk(loop, slow());
    EXPECT_TRUE(desk.ask(of("server-1"), hear()));
    ASSERT_TRUE(run_until([&] { return is_at_work(); }));
  }
  EXPECT_TRUE(was_stopped);
  base::run_pending(loop);
  EXPECT_TRUE(heard.empty());
}

TEST_F(DoctorDeskTest, WhatFailsIsSaid) {
  DoctorDesk desk(loop, [](const doctor::Case&, const std::stop_token&) -> Findings {
    throw std::runtime_error("no more sockets");
  });
  EXPECT_TRUE(desk.ask(of("server-1"), hear()));
  ASSERT_TRUE(run_until([&] { return heard.size() == 1; }));
  EXPECT_EQ(std::get<std::string>(heard[0]), "this machine lacks something: no more sockets");
}

}  // namespace
}  // namespace amibroker::app
