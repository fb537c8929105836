// SPDX-License-Identifier: Apache-2.0
//
// A broker, or a server of the engine, as a child process with a folder for its config and its log.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace amibroker::sim::app {

/// One thread at a time.
class ChildProcess {
 public:
  /// Writes `config` into a new temporary folder and starts `program OPTIONS CONFIG`, its output going to a file there.
  /// `name`: of both files. Throws std::system_error.
  ChildProcess(const std::string& program, const std::string& config, const std::string& name = "broker",
               const std::vector<std::string>& options = {});
  /// Kills the child if it still runs. The folder stays, unless `stop` or `kill` ended it and the log is not wanted.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Nothing while it runs, then how it ended: `exit code 0`, `signal 11`.
  [[nodiscard]] std::optional<std::string> ended();
  /// Asks it to end with SIGTERM and waits. True if it lived until now and ended with 0 in time.
  [[nodiscard]] bool stop(std::chrono::milliseconds deadline);
  /// Ends one of which no good end is wanted.
  void kill() noexcept;

  [[nodiscard]] const std::filesystem::path& log_file() const noexcept { return log_; }
  /// The same; the folder stays in any case.
  [[nodiscard]] const std::filesystem::path& keep_log() noexcept {
    folder_.keep = true;
    return log_;
  }
  /// The last lines of its log, each with a blank before it, for an error message.
  [[nodiscard]] std::string log_tail(std::size_t lines = 8) const;

 private:
  // A new temporary folder, removed at the end unless somebody should look into it.
  struct Folder {
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path path;
    bool keep = false;
  };

  Folder folder_;
  std::filesystem::path log_;
  pid_t child_ = -1;
  std::optional<int> status_;  // as waitpid gives it
};

}  // namespace amibroker::sim::app
