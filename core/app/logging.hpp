// SPDX-License-Identifier: Apache-2.0
//
// The daemon's log on stderr. The rest of the daemon writes with spdlog::info and its like.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "amibroker/host.hpp"

namespace amibroker::app {

/// Makes spdlog's default logger one that never makes its caller wait: lines go through a queue to one thread, and a
/// full queue loses its oldest lines. Lines have a time, or a priority instead if stderr is systemd's journal.
///
/// Made and destroyed on the main thread while no other thread logs; one at a time.
class Logging {
 public:
  static constexpr std::size_t default_queue_lines = 8192;
  static constexpr std::chrono::milliseconds default_limit{1000};

  explicit Logging(Level level, std::size_t queue_lines = default_queue_lines);
  /// Closes it, if that was not done.
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  /// Writes what is still in the queue, and how many lines were lost; who logs later does so without a queue. If stderr
  /// takes nothing for too long, this gives up after `limit` and returns false: the rest is lost, what is logged later
  /// is dropped, and the thread that waits for stderr stays. It uses what the end of the process destroys, so the
  /// process then ends with `_exit`. Once.
  [[nodiscard]] bool close(std::chrono::milliseconds limit = default_limit);

  /// What waits until all that was logged before is written, or `limit` is over; false then, and if the log is closed.
  /// Any thread, also after this object is gone.
  [[nodiscard]] std::function<bool(std::chrono::milliseconds limit)> drain() const;

  void set_level(Level level);
  /// Lines that were lost because stderr took them too slowly. Any thread.
  [[nodiscard]] std::size_t lost_lines() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Writes one line to stderr when there is no log yet, or none at all: a command line or a configuration that is wrong.
/// In the journal it has the priority of `level`; otherwise it is the text alone. Waits for as long as stderr does. Any
/// thread.
void print_line(Level level, std::string_view line);

/// Writes one line to stderr without the log, in its form. Never waits: the line is dropped if stderr takes nothing
/// now. Any thread.
void write_directly(std::string_view line) noexcept;

/// Whether stderr goes to systemd's journal: JOURNAL_STREAM names the device and inode of the stream that systemd made,
/// and they differ if it was redirected after that.
[[nodiscard]] bool stderr_is_journal();

}  // namespace amibroker::app
