// SPDX-License-Identifier: Apache-2.0
#include "core/host/current_call.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace amibroker::host {
namespace {

std::atomic<const CallOwner*> newest{nullptr};

/// An owner and the texts that it points to.
struct KeptOwner {
  KeptOwner(std::string_view plugin, const std::filesystem::path& file, const std::filesystem::path& loader_name,
            std::int64_t changed, const CallOwner* older)
      : name(plugin), path(file), copy(loader_name), owner{name.c_str(), path.c_str(), copy.c_str(), changed, older} {}

  std::string name;
  std::string path;
  std::string copy;
  CallOwner owner;
};

struct KeptOwners {
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  /// Never given back, and its elements never move: see CallOwner.
  static std::deque<KeptOwner>& all() {
    static auto& kept = *new std::deque<KeptOwner>;
    return kept;
  }
};

/// Makes every running thread of this process pass a full memory barrier. False if the kernel does not do that.
bool barrier_in_all_threads() noexcept {
  static const bool registered = ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return registered && ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
}

}  // namespace

constinit detail::PublishedCall detail::published;

bool CallOwner::shares_library_with(const CallOwner& other) const noexcept {
  return std::strcmp(loader_name, other.loader_name) == 0;
}

CallOwner& make_call_owner(std::string_view plugin, const std::filesystem::path& file,
                           const std::filesystem::path& loader_name, std::int64_t changed) {
  const std::lock_guard lock(KeptOwners::mutex());
  auto& owner = KeptOwners::all().emplace_back(plugin, file, loader_name, changed, newest.load()).owner;
  newest.store(&owner);
  return owner;
}

CallOwner& make_call_owner(std::string_view plugin, const CallOwner& other) {
  {
    const std::lock_guard lock(KeptOwners::mutex());
    for (KeptOwner& known : KeptOwners::all())
      if (known.name == plugin && known.owner.shares_library_with(other)) return known.owner;
  }
  CallOwner& owner = make_call_owner(plugin, other.file, other.loader_name, other.changed);
  owner.address = other.address.load();
  return owner;
}

const CallOwner* newest_call_owner() noexcept { return newest.load(std::memory_order_acquire); }

CallSnapshot current_call() noexcept {
  const auto& now = detail::published;
  CallSnapshot call;
  call.owner = now.owner.load(std::memory_order_acquire);
  call.callback = now.callback.load(std::memory_order_relaxed);
  call.number = now.number.load(std::memory_order_relaxed);
  call.thread = now.thread.load(std::memory_order_relaxed);
  return call;
}

CallSnapshot last_call() noexcept {
  const auto& now = detail::published;
  return {now.last_owner.load(std::memory_order_relaxed), now.last_callback.load(std::memory_order_relaxed)};
}

CallSnapshot call_of_this_thread() noexcept {
  const CallSnapshot call = current_call();
  return call.owner != nullptr && ::pthread_equal(call.thread, ::pthread_self()) != 0 ? call : CallSnapshot{};
}

HeldCall::HeldCall(std::uint64_t number) noexcept {
  auto& now = detail::published;
  now.is_held.store(true);
  held_ = barrier_in_all_threads() && now.owner.load() != nullptr && now.number.load() == number;
}

HeldCall::~HeldCall() { detail::published.is_held.store(false); }

void detail::wait_until_released() noexcept {
  while (published.is_held.load(std::memory_order_acquire)) std::this_thread::yield();
}

}  // namespace amibroker::host
