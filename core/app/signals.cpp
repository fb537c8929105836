// SPDX-License-Identifier: Apache-2.0
#include "core/app/signals.hpp"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace amibroker::app {
namespace {

sigset_t our_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&set, number);
  return set;
}

int open_descriptor() {
  const sigset_t set = our_signals();
  const int descriptor = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return descriptor;
}

}  // namespace

void block_signals() noexcept {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Signals::Signals(boost::asio::io_context& io, std::function<void(int number)> on_signal)
    : descriptor_(io, open_descriptor()), on_signal_(std::move(on_signal)) {
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
