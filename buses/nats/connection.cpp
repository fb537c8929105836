// SPDX-License-Identifier: Apache-2.0
#include "buses/nats/connection.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace amibroker::nats {
namespace {

/// What an attempt takes that does not hang.
constexpr std::chrono::milliseconds last_patience{2500};

}  // namespace

struct Attempts::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  int hanging = 0;
};

Attempts::Attempts() : state_(std::make_shared<State>()) {}
Attempts::~Attempts() { give_up(); }

Attempt Attempts::run(std::function<Attempt()> connect, std::chrono::milliseconds patience) {
  struct Wait {
    bool done = false;
    bool left = false;
    Attempt attempt{};
  };
  std::unique_lock lock(state_->mutex);
  if (state_->over) return {nullptr, "the end"};
  if (state_->hanging >= most_hanging) return {nullptr, "too many attempts to connect hang"};
  const auto wait = std::make_shared<Wait>();
  std::thread thread([state = state_, wait, connect = std::move(connect)] {
    Attempt attempt = connect();
    nats_ReleaseThreadMemory();
    {
      const std::lock_guard inner(state->mutex);
      --state->hanging;
      wait->done = true;
      if (!wait->left) wait->attempt = std::move(attempt);
    }
    state->changed.notify_all();  // an attempt that nobody wants any more ends with this function
  });
  ++state_->hanging;
  state_->changed.wait_for(lock, patience, [&] { return wait->done || state_->over; });
  // The process must not end in the middle of it: OpenSSL takes itself down, and an attempt uses it.
  if (!wait->done) state_->changed.wait_for(lock, last_patience, [&] { return wait->done || !state_->over; });
  if (!wait->done) {
    wait->left = true;
    thread.detach();
    return {nullptr, "no answer"};
  }
  lock.unlock();
  thread.join();
  return std::move(wait->attempt);
}

void Attempts::give_up() noexcept {
  {
    const std::lock_guard lock(state_->mutex);
    state_->over = true;
  }
  state_->changed.notify_all();
}

}  // namespace amibroker::nats
