// SPDX-License-Identifier: Apache-2.0
#include "tests/system/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace amibroker::system_test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "amibroker-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  const auto file = path_ / name;
  std::ofstream(file, std::ios::binary) << content;
  return file.string();
}

Daemon::Daemon(const std::string& binary, const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  std::vector<char*> argv{const_cast<char*>(binary.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, binary.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  pipe_ = pipe[0];
  if (error != 0) {
    ::close(pipe_);
    throw std::runtime_error("cannot start " + binary);
  }
  process_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));  // Debian 12 declares pidfd_open for C alone
  reader_ = std::thread([this] { read_output(); });
}

Daemon::~Daemon() {
  if (!exit_code_) {
    ::kill(pid_, SIGKILL);
    static_cast<void>(exit_code());
  }
  reader_.join();
  if (pipe_ >= 0) ::close(pipe_);
  ::close(process_);
}

void Daemon::read_output() {
  std::array<char, 4096> buffer;
  for (ssize_t count; (count = ::read(pipe_, buffer.data(), buffer.size())) > 0;) {
    std::unique_lock lock(mutex_);
    output_.append(buffer.data(), static_cast<std::size_t>(count));
    parked_ = blocked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !blocked_; });
    if (pipe_ < 0) break;
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Daemon::park_reader() {
  const int filler = ::open(("/proc/self/fd/" + std::to_string(pipe_)).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  std::unique_lock lock(mutex_);
  blocked_ = true;
  // Wakes the reader, which then sees that it is to stop. If nothing fits, it has enough to read.
  static_cast<void>(!::write(filler, "\n", 1));
  changed_.wait(lock, [&] { return parked_; });
  while (::write(filler, "\n", 1) == 1) {
  }
  ::close(filler);
}

void Daemon::block_output() { park_reader(); }

void Daemon::close_output() {
  park_reader();
  const std::lock_guard lock(mutex_);
  ::close(std::exchange(pipe_, -1));
  blocked_ = false;
  changed_.notify_all();
}

bool Daemon::says(std::string_view text, std::chrono::milliseconds within, std::size_t times) {
  std::unique_lock lock(mutex_);
  const auto there = [&] {
    std::size_t at = output_.find(text);
    for (std::size_t found = 1; found < times && at != output_.npos; ++found) at = output_.find(text, at + 1);
    return at != output_.npos;
  };
  changed_.wait_for(lock, within, [&] { return there() || ended_; });
  return there();
}

std::string Daemon::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

std::optional<int> Daemon::exit_code(std::chrono::milliseconds within) {
  if (exit_code_) return exit_code_;
  pollfd end{process_, POLLIN, 0};
  int status = 0;
  if (::poll(&end, 1, static_cast<int>(within.count())) != 1 || ::waitpid(pid_, &status, 0) != pid_)
    return std::nullopt;
  // Now the pipe ends too, and with it the output.
  std::unique_lock lock(mutex_);
  blocked_ = false;
  changed_.notify_all();
  changed_.wait(lock, [&] { return ended_; });
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void Daemon::signal(int number) const { ::kill(pid_, number); }

std::size_t Daemon::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(std::string_view("VmRSS:").size()));
  return 0;
}

std::optional<int> Daemon::stop() {
  if (!exit_code_) signal(SIGTERM);
  return exit_code();
}

}  // namespace amibroker::system_test
