// SPDX-License-Identifier: Apache-2.0
#include "core/app/last_lines.hpp"

#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <thread>
#include <utility>

#include "core/app/exit_code.hpp"

namespace amibroker::app {
namespace {

using std::chrono::milliseconds;
// For all that a death takes; what hangs then is in the handler itself.
constexpr milliseconds longest_death{2000};
constexpr milliseconds look_period{1};

struct Waiting {
  sem_t death;
  std::atomic<bool> is_there{false};
  std::atomic<bool> is_written{false};
};
Waiting waiting;

void pause_for(milliseconds time) noexcept {
  const timespec length{static_cast<time_t>(time.count() / 1000), static_cast<long>(time.count() % 1000) * 1'000'000};
  ::nanosleep(&length, nullptr);
}

[[noreturn]] void wait_for_death(const Drain& drain) {
  while (::sem_wait(&waiting.death) != 0 && errno == EINTR) {
  }
  drain(longest_death);
  waiting.is_written = true;
  pause_for(longest_death);
  ::_exit(static_cast<int>(ExitCode::forced_end));
}

}  // namespace

void keep_last_lines(Drain drain) {
  ::sem_init(&waiting.death, 0, 0);
  std::thread([drain = std::move(drain)] { wait_for_death(drain); }).detach();
  waiting.is_there = true;
}

void write_last_lines(milliseconds limit) noexcept {
  if (!waiting.is_there) return;
  ::sem_post(&waiting.death);
  for (milliseconds waited{0}; waited < limit && !waiting.is_written; waited += look_period) pause_for(look_period);
}

}  // namespace amibroker::app
