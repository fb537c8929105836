// SPDX-License-Identifier: Apache-2.0
//
// What a helper process writes to its stdout and stderr, as lines of the daemon's log.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/event_loop.hpp"
#include "core/host/isolated_process.hpp"
#include "core/host/line_quota.hpp"

namespace amibroker::host::isolated {

/// In a helper, before anything is logged: lines go to stderr, with their priority before them as systemd reads it
/// (`<6>`), so that what was logged right before a crash is not lost.
void log_to_daemon(int level);

/// In the daemon: reads lines, and logs each with the plugin's name. A line with a priority before it has that level;
/// any other is a warning, because a plugin should use Host::log. What is too long is cut, and what is too much counts
/// in the plugin's quota. Loop's thread only.
class Output {
 public:
  static constexpr std::size_t longest_line = 2'100;

  /// `lines`: of the plugin, outlives this; null: logs nothing, and only keeps `last_words`.
  Output(base::EventLoop& loop, Descriptor pipe, std::string plugin, LineQuota* lines);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// For a caller that waits for it without the loop; once `ended`, it is always readable.
  [[nodiscard]] int descriptor() { return pipe_.native_handle(); }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// Reads what is there now, without the loop; not without a bound.
  void drive();
  /// The process is gone: logs the rest. Once.
  void finish();
  /// The last line that had no priority: what a library printed before it ended the process, for instance.
  [[nodiscard]] const std::string& last_words() const noexcept { return last_words_; }

 private:
  void wait();
  bool read_some();
  void take(std::string_view text);
  void log(std::string_view line);

  base::EventLoop& loop_;
  boost::asio::posix::stream_descriptor pipe_;
  std::string plugin_;
  LineQuota* lines_;
  std::string line_;
  bool ended_ = false;
  bool cut_ = false;  // the rest of line_ is thrown away
  std::string last_words_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace amibroker::host::isolated
