// SPDX-License-Identifier: Apache-2.0
//
// The process ends in bounded time after SIGTERM, whatever hangs.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace amibroker::app {

/// Takes SIGTERM and SIGINT on a thread of its own, which nothing else in the process can hold up. The first one is
/// passed on by `wanted`. If the process still runs `limit` later, or a second signal comes, the thread writes one line
/// to stderr that names what the end waited for and which plugin was called, and ends the process with
/// ExitCode::forced_end: without destructors, and without what was still to be logged.
///
/// The thread lives until the process ends, so destructors after `main` are covered too. Made once, after
/// `prepare_signals` and before any other thread.
class EndLimit {
 public:
  static constexpr std::chrono::milliseconds default_limit{5000};

  /// Throws std::system_error if the process has no file descriptor or thread left.
  explicit EndLimit(std::chrono::milliseconds limit = default_limit);
  EndLimit(const EndLimit&) = delete;
  EndLimit& operator=(const EndLimit&) = delete;

  /// For all plugins, links, look-ups and the log together. An end that has begun keeps the limit that it had. Any
  /// thread.
  void set_limit(std::chrono::milliseconds limit) const;

  /// An eventfd that becomes readable with the first signal; its value is the signal's number. Belongs to this object's
  /// thread, so it is never closed.
  [[nodiscard]] int wanted() const noexcept;

  /// What the process does from now on, as the object of "it was waiting for ...". Any thread.
  void waits_for(std::string what) const;

  /// How long the end may still take; the whole limit if no signal has come. Any thread.
  [[nodiscard]] std::chrono::milliseconds left() const;

 private:
  struct State;
  static void guard(State& state);

  std::shared_ptr<State> state_;
};

}  // namespace amibroker::app
