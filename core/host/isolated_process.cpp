// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "core/host/isolated_marks.hpp"

namespace amibroker::host::isolated {
namespace {

constexpr int longest_wait_ms = 200;

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

int checked(int result, const char* what) {
  if (result < 0) fail(errno, what);
  return result;
}

std::pair<Descriptor, Descriptor> socket_pair() {
  std::array<int, 2> ends{};
  checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::pair<Descriptor, Descriptor> output_pipe() {
  std::array<int, 2> ends{};
  checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  std::pair<Descriptor, Descriptor> pipe{ends[0], ends[1]};
  checked(::fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl");
  return pipe;
}

/// What the child does between its birth and exec: plain data, carried out by the C library.
class Preparation {
 public:
  Preparation(int output, int socket, int mark) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    // In this order no copy lands on a descriptor that is still needed: the originals are above all of these.
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, helper_socket);
    ::posix_spawn_file_actions_adddup2(&actions_, mark, helper_mark);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Moves a descriptor above those that a helper has, so that none of them overwrites it.
Descriptor raised(const Descriptor& given) {
  return Descriptor(checked(::fcntl(given.get(), F_DUPFD_CLOEXEC, helper_mark + 1), "fcntl"));
}

[[noreturn]] void out_of_memory() noexcept {
  constexpr char line[] = "<3>it asked for more memory than memory_limit allows, or than there is\n";
  static_cast<void>(!::write(STDERR_FILENO, line, sizeof line - 1));
  ::_exit(EXIT_FAILURE);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() noexcept { return std::exchange(number_, -1); }

std::string Ending::text() const {
  if (!by_signal && number == socket_is_gone) return "it closed its socket, and ended";
  if (!by_signal) return "it ended with exit code " + std::to_string(number);
  const char* const name = ::sigdescr_np(number);
  return "killed by signal " + std::to_string(number) + " (" + (name == nullptr ? "?" : name) + ")";
}

Process::Process(const std::string& program, const std::string& plugin) {
  auto [ours, theirs] = socket_pair();
  auto [read_end, write_end] = output_pipe();
  mark_ = CallMark::make();
  const Descriptor output = raised(write_end), socket = raised(theirs), mark = raised(mark_);
  const Preparation preparation(output.get(), socket.get(), mark.get());
  const std::array<const char*, 4> arguments{"zmq-ami-broker", helper_argument, plugin.c_str(), nullptr};
  const int error = ::posix_spawn(&id_, program.c_str(), &preparation.actions_, &preparation.attributes_,
                                  const_cast<char* const*>(arguments.data()), environ);
  if (error != 0) fail(error, "posix_spawn");
  // The C library of Debian 12 declares its functions for pidfds in a way that C++ cannot link.
  handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  if (handle_.get() < 0) {
    const int reason = errno;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    fail(reason, "pidfd_open");
  }
  socket_ = std::move(ours);
  output_ = std::move(read_end);
}

Process::~Process() {
  if (handle_.get() < 0 || ending()) return;
  kill();
  // The kernel may take its time over a process that waits for a disk; then nobody reaps it.
  pollfd ended{handle_.get(), POLLIN, 0};
  ::poll(&ended, 1, longest_wait_ms);
  static_cast<void>(ending());
}

std::string Process::last_call() const { return CallMark::read(mark_.get()); }

void Process::kill() noexcept {
  if (!ending_) ::syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
}

std::optional<Ending> Process::ending() noexcept {
  if (ending_) return ending_;
  siginfo_t info{};
  int result = 0;
  do result = ::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED | WNOHANG);
  while (result != 0 && errno == EINTR);
  // Somebody who ignores SIGCHLD gave us that too: then nobody can say how the process ended.
  if (result != 0) ending_ = Ending{};
  else if (info.si_pid != 0) ending_ = Ending{info.si_code != CLD_EXITED, info.si_status};
  return ending_;
}

bool become_helper() noexcept {
  ::close_range(helper_mark + 1, ~0U, 0);
  ::fcntl(helper_socket, F_SETFD, FD_CLOEXEC);  // what a plugin starts is not the daemon's to hear
  ::fcntl(helper_mark, F_SETFD, FD_CLOEXEC);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) ::signal(number, SIG_IGN);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  // A parent that ended before that line sends no signal. Its end of the socket is closed by now.
  char byte = 0;
  return ::recv(helper_socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

void limit_memory(std::size_t mebibytes) {
  std::set_new_handler(out_of_memory);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // whose own tables are terabytes
  if (mebibytes == 0) return;
  const rlim_t bytes = static_cast<rlim_t>(mebibytes) << 20;
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
#else
  static_cast<void>(mebibytes);
#endif
}

}  // namespace amibroker::host::isolated
