// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/runner.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/simulation/run.hpp"
#include "tests/simulation/sites_run.hpp"

namespace amibroker::simulation {
namespace {

constexpr std::size_t most_printed = 40;  // further failures are only counted
constexpr auto progress_period = std::chrono::seconds(10);

class Runner {
 public:
  explicit Runner(const RunOptions& options) : options_(options) {}

  bool run() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    print_sum();
    return (failed_ != 0) == options_.expect_failure;
  }

 private:
  void work() {
    while (!enough_) {
      const std::uint64_t index = next_++;
      if (index >= options_.seeds) return;
      for (const Subject subject : options_.subjects) run_one(options_.first + index, subject);
      ++done_;
      show_progress();
    }
  }

  void run_one(std::uint64_t seed, Subject subject) {
    const auto run = options_.sites ? run_sites_seed : run_seed;
    const auto failure = run(seed, subject, options_.faults, options_.replay);
    if (!failure) return;
    const std::lock_guard lock(mutex_);
    ++failed_;
    ++by_check_[failure->check];
    if (options_.expect_failure) enough_ = true;
    if (failed_ > most_printed) return;
    const char* plugin = subject == Subject::device_state ? "device" : "presence";
    const auto number = static_cast<unsigned long long>(seed);
    std::printf("FAILED seed %llu, plugin %s_state, check %s: %s\n", number, plugin, failure->check.c_str(),
                failure->text.c_str());
    std::printf("  replay with: simulation%s --seed %llu --plugin %s --faults %s\n", options_.sites ? " --sites" : "",
                number, plugin, options_.faults.text().c_str());
    std::fflush(stdout);
  }

  void show_progress() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_progress_) return;
    next_progress_ = now + progress_period;
    std::printf("%llu of %llu seeds, %zu failures\n", static_cast<unsigned long long>(done_.load()),
                static_cast<unsigned long long>(options_.seeds), failed_);
    std::fflush(stdout);
  }

  void print_sum() {
    const auto time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    std::printf("%llu seeds in %.1f s: %zu failures", static_cast<unsigned long long>(done_.load()), time, failed_);
    for (const auto& [check, count] : by_check_) std::printf(", %s %zu", check.c_str(), count);
    std::printf("\n");
  }

  const RunOptions& options_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint64_t> done_{0};
  std::atomic<bool> enough_{false};
  std::mutex mutex_;
  std::size_t failed_ = 0;
  std::map<std::string, std::size_t> by_check_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_progress_ = begin_ + progress_period;
};

}  // namespace

bool run_seeds(const RunOptions& options) { return Runner(options).run(); }

}  // namespace amibroker::simulation
