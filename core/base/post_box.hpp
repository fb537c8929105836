// SPDX-License-Identifier: Apache-2.0
//
// Tasks that a plugin's own threads hand to the loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "core/base/event_loop.hpp"

namespace amibroker::base {

/// A queue from any thread to the loop's. Tasks run in the order in which they were put in, a bounded number at a
/// turn, so that a thread that posts without end leaves room for the servers. Its length is not bounded: the loop
/// must run.
class PostBox {
 public:
  using Task = std::function<void()>;
  using Run = std::function<void(const Task&)>;

  /// `run` is called on the loop's thread for each task. The loop must live until `close`.
  PostBox(EventLoop& loop, Run run);
  ~PostBox();
  PostBox(const PostBox&) = delete;
  PostBox& operator=(const PostBox&) = delete;

  /// Any thread. Dropped once the box is closed. May throw std::bad_alloc; the task is then not queued, or runs with
  /// the next one.
  void post(Task task);

  /// Loop's thread, outside of a task: what waits is dropped, and nothing runs any more. Once is enough.
  void close() noexcept;

 private:
  // Shared with what waits in the loop, which may run when the box is gone.
  struct State {
    std::mutex mutex;
    std::deque<Task> waiting;
    EventLoop* loop;
    Run run;
    bool scheduled = false;
    bool open = true;
  };
  static void schedule(const std::shared_ptr<State>& state);
  static void run_some(const std::shared_ptr<State>& state);
  static bool take(State& state, Task& task);

  std::shared_ptr<State> state_;
};

}  // namespace amibroker::base
