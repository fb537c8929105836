// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/fleet_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace amibroker::sim {
namespace {

constexpr std::size_t kDescriptorsPerServer = 12;  // two sockets, two listeners, and a few connections
constexpr std::uint64_t kWakeUp = ~std::uint64_t{0};

void raise_open_files(std::size_t servers) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, 256 + servers * kDescriptorsPerServer);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void add(int epoll, int descriptor, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

}  // namespace

Fleet::Loop::Loop(const std::vector<ServerOptions>& options, Signal& signal, Observer* observer)
    : signal_(signal), observer_(observer) {
  raise_open_files(options.size());
  context_.set(zmq::ctxopt::max_sockets, static_cast<int>(options.size() * 2 + 64));
  epoll_ = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  wake_ = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  add(epoll_, wake_, kWakeUp);
  for (const auto& one : options) cores_.push_back(std::make_unique<ServerCore>(cores_.size(), one, signal));
  for (auto& core : cores_) {
    core->start(context_);
    watched_.push_back({.core = &core});
    watch(watched_.back());
  }
  thread_ = std::thread([this] { serve(); });
}

Fleet::Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  thread_.join();
  cores_.clear();
  ::close(wake_);
  ::close(epoll_);
}

void Fleet::Loop::run(ServerCore& core, const Command& command) {
  std::unique_lock lock(mutex_);
  commands_.push_back({&core, &command});
  const auto ticket = ++queued_;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  executed_changed_.wait(lock, [&] { return executed_ >= ticket; });
}

void Fleet::Loop::serve() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    run_commands();
    run_timers();
    sleep(work_on_marked() ? 0 : sleep_ms());
  }
}

void Fleet::Loop::run_commands() {
  std::unique_lock lock(mutex_);
  while (!commands_.empty()) {
    const auto queued = commands_.front();
    commands_.pop_front();
    lock.unlock();
    (*queued.command)(*queued.core, observer_);
    mark(*queued.core);
    signal_.bump();
    lock.lock();
    ++executed_;
    executed_changed_.notify_all();
  }
}

void Fleet::Loop::run_timers() {
  const auto now = Clock::now();
  for (auto& core : cores_) {
    const auto due = core->due();
    if (!due || *due > now) continue;
    core->on_time(context_, now, observer_);
    mark(*core);
  }
}

bool Fleet::Loop::work_on_marked() {
  bool more = false;
  for (auto& watched : watched_) {
    if (!watched.marked) continue;
    watch(watched);
    watched.marked = (*watched.core)->work(observer_);
    watch(watched);
    more = more || watched.marked;
  }
  return more;
}

void Fleet::Loop::mark(ServerCore& core) { watched_[core.index()].marked = true; }

// A closed descriptor has left the epoll set by itself, so only new ones are to be added.
void Fleet::Loop::watch(Watched& watched) {
  auto& core = **watched.core;
  if (watched.generation == core.generation()) return;
  watched.generation = core.generation();
  for (const int descriptor : core.descriptors()) add(epoll_, descriptor, core.index());
}

int Fleet::Loop::sleep_ms() const {
  std::optional<Clock::time_point> first;
  for (const auto& core : cores_) {
    const auto due = core->due();
    if (due && (!first || *due < *first)) first = due;
  }
  if (!first) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Fleet::Loop::sleep(int timeout_ms) {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const auto tag = events[static_cast<std::size_t>(i)].data.u64;
    if (tag != kWakeUp) {
      watched_[tag].marked = true;
      continue;
    }
    std::uint64_t value = 0;
    static_cast<void>(!::read(wake_, &value, sizeof value));
  }
}

}  // namespace amibroker::sim
