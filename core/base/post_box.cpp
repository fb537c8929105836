// SPDX-License-Identifier: Apache-2.0
#include "core/base/post_box.hpp"

#include <utility>

namespace amibroker::base {
namespace {

constexpr int tasks_at_a_turn = 256;

}  // namespace

PostBox::PostBox(EventLoop& loop, Run run) : state_(std::make_shared<State>()) {
  state_->loop = &loop;
  state_->run = std::move(run);
}

PostBox::~PostBox() { close(); }

void PostBox::post(Task task) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->open) return;
  state_->waiting.push_back(std::move(task));
  // Inside the lock: `close` promises that the loop is not touched after it.
  if (!state_->scheduled) schedule(state_);
}

void PostBox::close() noexcept {
  std::deque<Task>
      dropped;  // destroyed outside the lock, because what the tasks hold may post again when it is destroyed
  const std::lock_guard lock(state_->mutex);
  state_->open = false;
  dropped.swap(state_->waiting);
}

void PostBox::schedule(const std::shared_ptr<State>& state) {
  state->loop->post([state] { run_some(state); });
  state->scheduled = true;
}

void PostBox::run_some(const std::shared_ptr<State>& state) {
  Task task;
  for (int i = 0; i < tasks_at_a_turn && take(*state, task); ++i) state->run(task);
  task = nullptr;
  const std::lock_guard lock(state->mutex);
  state->scheduled = false;
  if (state->open && !state->waiting.empty()) schedule(state);
}

bool PostBox::take(State& state, Task& task) {
  const std::lock_guard lock(state.mutex);
  if (state.waiting.empty()) return false;  // as it always is once the box is closed
  task = std::move(state.waiting.front());
  state.waiting.pop_front();
  return true;
}

}  // namespace amibroker::base
