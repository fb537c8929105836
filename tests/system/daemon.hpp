// SPDX-License-Identifier: Apache-2.0
//
// The daemon as a child process, and what it writes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace amibroker::system_test {

using namespace std::chrono_literals;

/// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// Starts when it is made; killed, if it still runs, when it is destroyed. Its output (stdout and stderr together) is
/// collected by a thread, until `block_output`. One user thread.
class Daemon {
 public:
  Daemon(const std::string& binary, const std::vector<std::string>& arguments);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Waits until the output holds `text` so many times; false at the deadline or when the daemon has ended without it.
  [[nodiscard]] bool says(std::string_view text, std::chrono::milliseconds within = 20s, std::size_t times = 1);
  [[nodiscard]] std::string output() const;
  /// From now on its output goes into a full pipe that nobody reads. What it had written by then stays.
  void block_output();
  /// Closes the pipe of its output, so that it gets SIGPIPE or EPIPE when it next writes.
  void close_output();
  /// Waits for its end; nothing if it still runs. A signal that killed it is 128 + its number.
  [[nodiscard]] std::optional<int> exit_code(std::chrono::milliseconds within = 20s);
  /// Whether it still runs.
  [[nodiscard]] bool runs() { return !exit_code(0ms).has_value(); }
  void signal(int number) const;
  /// How much memory it has, in KiB.
  [[nodiscard]] std::size_t resident_kib() const;
  /// SIGTERM, then its exit code.
  [[nodiscard]] std::optional<int> stop();

 private:
  void read_output();
  void park_reader();

  pid_t pid_ = -1;
  int process_ = -1;  // a pidfd, readable at its end
  int pipe_ = -1;     // where its output is read
  std::optional<int> exit_code_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string output_;
  bool ended_ = false;  // its output is complete
  bool blocked_ = false;
  bool parked_ = false;  // the reader waits because of blocked_
  std::thread reader_;
};

}  // namespace amibroker::system_test
