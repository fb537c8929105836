// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <fstream>
#include <system_error>
#include <utility>

namespace amibroker::sim::app {
namespace {

void check(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// The simulator blocks signals to take them one by one; the child has to get its own.
class SpawnSettings {
 public:
  explicit SpawnSettings(const std::string& log) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&files_, STDOUT_FILENO, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    // In its own group, so that Ctrl-C at the terminal reaches only the simulator, which then ends it in order.
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }

  [[nodiscard]] pid_t spawn(const std::string& program, std::vector<std::string> arguments) {
    pid_t child = -1;
    arguments.insert(arguments.begin(), program);
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    check(::posix_spawn(&child, program.c_str(), &files_, &attributes_, pointers.data(), environ),
          "cannot start " + program);
    return child;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ChildProcess::Folder::Folder() {
  auto name = (std::filesystem::temp_directory_path() / "asterisk-sim-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) check(errno, "cannot make a folder like " + name);
  path = name;
}

ChildProcess::Folder::~Folder() {
  std::error_code ignored;
  if (!keep) std::filesystem::remove_all(path, ignored);
}

ChildProcess::ChildProcess(const std::string& program, const std::string& config, const std::string& name,
                           const std::vector<std::string>& options)
    : log_(folder_.path / (name + ".log")) {
  const auto file = folder_.path / (name + ".conf");
  std::ofstream(file) << config;
  auto arguments = options;
  arguments.push_back(file.string());
  child_ = SpawnSettings(log_.string()).spawn(program, std::move(arguments));
  folder_.keep = true;
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void ChildProcess::kill() noexcept {
  if (status_) return;
  ::kill(child_, SIGKILL);
  int status = 0;
  ::waitpid(child_, &status, 0);
  status_ = status;
  folder_.keep = false;
}

std::optional<std::string> ChildProcess::ended() {
  int status = 0;
  if (!status_ && ::waitpid(child_, &status, WNOHANG) == child_) status_ = status;
  if (!status_) return std::nullopt;
  if (WIFEXITED(*status_)) return "exit code " + std::to_string(WEXITSTATUS(*status_));
  return "signal " + std::to_string(WTERMSIG(*status_));
}

bool ChildProcess::stop(std::chrono::milliseconds deadline) {
  if (ended()) return false;
  ::kill(child_, SIGTERM);
  // Not the function of glibc: the header of 2.36 declares it as C++.
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, child_, 0));
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  ::poll(&waiting, 1, static_cast<int>(deadline.count()));
  ::close(descriptor);
  folder_.keep = !ended() || !WIFEXITED(*status_) || WEXITSTATUS(*status_) != 0;
  return !folder_.keep;
}

std::string ChildProcess::log_tail(std::size_t lines) const {
  std::ifstream file(log_);
  std::deque<std::string> last;
  for (std::string line; std::getline(file, line);) {
    last.push_back(line);
    if (last.size() > lines) last.pop_front();
  }
  std::string text;
  for (const auto& line : last) text.append("  ").append(line).append("\n");
  return text;
}

}  // namespace amibroker::sim::app
