// SPDX-License-Identifier: Apache-2.0
//
// Work that the loop must not wait for.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "core/base/event_loop.hpp"
#include "core/base/post_box.hpp"

namespace amibroker::app {

/// Each piece of work has a thread of its own, which may outlive this object: nobody waits for a disk that does not
/// answer. Loop's thread.
class Background {
 public:
  /// The loop outlives it.
  explicit Background(base::EventLoop& loop)
      : box_(std::make_shared<base::PostBox>(loop, [](const base::PostBox::Task& task) { task(); })) {}
  ~Background() { box_->close(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Calls `work` on another thread, and then `done` with what it returned, on the loop's thread; `done` is dropped
  /// with this object. `work` owns all that it uses, and does not throw. Throws std::system_error if there can be no
  /// other thread; nothing is called then.
  template <typename Result>
  void run(std::function<Result()> work, std::function<void(Result)> done) {
    std::thread([box = box_, work = std::move(work), done = std::move(done)] {
      // A std::function has to be copied, which not every result can be.
      auto result = std::make_shared<Result>(work());
      box->post([done, result] { done(std::move(*result)); });
    }).detach();
  }

 private:
  std::shared_ptr<base::PostBox> box_;  // a thread that hangs has it too
};

}  // namespace amibroker::app
