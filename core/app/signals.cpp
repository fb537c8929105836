// SPDX-License-Identifier: Apache-2.0
#include "core/app/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <system_error>
#include <utility>

namespace amibroker::app {
namespace {

constexpr std::initializer_list<int> of_the_end{SIGINT, SIGTERM};
constexpr std::initializer_list<int> of_the_loop{SIGHUP, SIGUSR1};
constexpr std::initializer_list<int> ignored{SIGPIPE, SIGUSR2};
// If the parent ignored it, and handed that on, nobody could say how a plugin's process ended.
constexpr std::initializer_list<int> as_always{SIGCHLD};

sigset_t set_of(std::initializer_list<int> numbers) noexcept {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  return set;
}

int open(std::initializer_list<int> numbers) {
  const sigset_t set = set_of(numbers);
  const int descriptor = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return descriptor;
}

}  // namespace

void prepare_signals() noexcept {
  for (const int number : ignored) ::signal(number, SIG_IGN);
  for (const int number : as_always) ::signal(number, SIG_DFL);
  for (const auto numbers : {of_the_end, of_the_loop}) {
    const sigset_t set = set_of(numbers);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // nohup and shells hand SIG_IGN on, which would throw the signal away wherever it is not blocked.
    for (const int number : numbers) ::signal(number, SIG_DFL);
  }
}

int open_end_signals() { return open(of_the_end); }

Signals::Signals(boost::asio::io_context& io, std::function<void(int number)> on_signal)
    : descriptor_(io, open(of_the_loop)), on_signal_(std::move(on_signal)) {
  wait();
}

void Signals::wait() {
  const auto ready = [this](const boost::system::error_code& error) {
    if (error) return;  // this object is gone, or going
    read_all();
    wait();
  };
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read, ready);
}

void Signals::read_all() {
  signalfd_siginfo info{};
  while (::read(descriptor_.native_handle(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace amibroker::app
