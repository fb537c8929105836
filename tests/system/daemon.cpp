// SPDX-License-Identifier: Apache-2.0
#include "tests/system/daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

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
  if (error != 0) {
    ::close(pipe[0]);
    throw std::runtime_error("cannot start " + binary);
  }
  reader_ = std::thread([this, fd = pipe[0]] { read_output(fd); });
}

Daemon::~Daemon() {
  if (!exit_code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  reader_.join();
}

void Daemon::read_output(int fd) {
  std::array<char, 4096> buffer;
  for (ssize_t count; (count = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    const std::lock_guard lock(mutex_);
    output_.append(buffer.data(), static_cast<std::size_t>(count));
    changed_.notify_all();
  }
  ::close(fd);
  const std::lock_guard lock(mutex_);
  ended_ = true;
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
  {
    // The pipe ends with the process, so its end can be waited for.
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, within, [&] { return ended_; })) return std::nullopt;
  }
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void Daemon::signal(int number) const { ::kill(pid_, number); }

std::optional<int> Daemon::stop() {
  if (!exit_code_) signal(SIGTERM);
  return exit_code();
}

}  // namespace amibroker::system_test
