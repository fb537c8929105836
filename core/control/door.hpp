// SPDX-License-Identifier: Apache-2.0
//
// The way of a command from the thread of the control socket to the loop, and of its answer back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/base/event_loop.hpp"
#include "core/base/post_box.hpp"
#include "core/control/command.hpp"

namespace amibroker::control {

/// Bounded: clients that ask faster than the loop answers are told so, and cost the loop nothing. What waits for an
/// answer stays on the thread of the control socket: the loop has but a number, so that a command that answers late, or
/// is dropped late, never touches a client that is gone, nor a door that is.
class Door {
 public:
  /// Most commands that wait for the loop.
  static constexpr std::size_t most_waiting = 64;
  /// What the questions may take of the loop before what else it does has its turn: a lamp waits for no more than this
  /// and one question.
  static constexpr std::chrono::microseconds turn{500};
  /// Takes an answer, on the thread of the control socket.
  using Back = std::function<void(const Answer& answer)>;
  /// Runs a task on the thread of the control socket; any thread, and only as long as this lives.
  using Return = std::function<void(std::function<void()> task)>;

  /// `commands` live as long as the loop may turn. Loop's thread.
  Door(base::EventLoop& loop, Return give_back);
  /// Loop's thread, once the thread of the control socket has ended. What is still under way is dropped.
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Thread of the control socket. Has the loop run `command`; `back` gets its answer, or a Failure if it throws or
  /// drops its Done. A change is logged with `who` asked for it. False if too many wait: nothing happens then.
  [[nodiscard]] bool ask(const Command& command, Arguments arguments, std::string who, Back back);
  /// The same for a question that is not a command.
  using Question = std::function<void(const Done& done)>;
  [[nodiscard]] bool ask(Question question, Back back);

 private:
  struct Shared;
  class Asked;
  class Line;

  std::map<std::uint64_t, Back> waiting_;  // thread of the control socket
  std::uint64_t last_ = 0;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Line> line_;  // loop's thread
  base::PostBox box_;
};

}  // namespace amibroker::control
