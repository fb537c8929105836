// SPDX-License-Identifier: Apache-2.0
//
// The daemon's log on stderr. The rest of the daemon writes with spdlog::info and its like.
#pragma once

#include <cstddef>
#include <memory>

#include "amibroker/host.hpp"

namespace amibroker::app {

/// Makes spdlog's default logger one that never makes its caller wait: lines go through a queue to one thread, and a
/// full queue loses its oldest lines. Lines have a time, or, where stderr is systemd's journal, a priority instead.
///
/// Made and destroyed on the main thread while no other thread logs; one at a time.
class Logging {
 public:
  static constexpr std::size_t default_queue_lines = 8192;

  explicit Logging(Level level, std::size_t queue_lines = default_queue_lines);
  /// Writes what is still in the queue, and how many lines were lost. Whoever logs later does so directly.
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  void set_level(Level level);
  /// Lines that were lost because stderr took them too slowly. Any thread.
  [[nodiscard]] std::size_t lost_lines() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether stderr goes to systemd's journal: JOURNAL_STREAM names the device and inode of the stream that systemd made,
/// and a redirection after that makes them differ.
[[nodiscard]] bool stderr_is_journal();

}  // namespace amibroker::app
