// SPDX-License-Identifier: Apache-2.0
//
// Which plugin is called right now: what a signal handler and the watchdog's thread may read at any moment.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace amibroker::host {

/// A plugin and its library, as a crash names them. Made when the library is loaded and never destroyed, so that a
/// pointer to it is good at any moment of the process, whoever reads it.
struct CallOwner {
  const char* plugin;       ///< its name; several plugins may share a library
  const char* file;         ///< absolute path of its library
  const char* loader_name;  ///< under which the loader knows it: that of its copy
  std::int64_t changed;     ///< when the file was last changed, in nanoseconds since 1970
  const CallOwner* older;   ///< the one that was made before; null: this is the first
  /// Where the library was loaded; null while it is being loaded.
  std::atomic<const void*> address{nullptr};

  /// Whether both have the same library, loaded once.
  [[nodiscard]] bool shares_library_with(const CallOwner& other) const noexcept;
};

/// See CallOwner. Any thread.
[[nodiscard]] CallOwner& make_call_owner(std::string_view plugin, const std::filesystem::path& file,
                                         const std::filesystem::path& loader_name, std::int64_t changed);
/// A plugin with the library of another one; the owner that is there already if this was asked before.
[[nodiscard]] CallOwner& make_call_owner(std::string_view plugin, const CallOwner& other);
/// The newest, from which `older` leads to all of them. Safe in a signal handler.
[[nodiscard]] const CallOwner* newest_call_owner() noexcept;

/// A call into a plugin, or none (`owner` is null). `number` differs from that of every other call.
struct CallSnapshot {
  const CallOwner* owner = nullptr;
  const char* callback = nullptr;  ///< what was called, as logs name it: on_event, start, load, ...
  std::uint64_t number = 0;
  pthread_t thread{};  ///< on which it runs
};
/// Right on the thread of the calls. Another thread may see a mixture of two calls, but not of one that has run for
/// longer than a few instructions. Safe in a signal handler.
[[nodiscard]] CallSnapshot current_call() noexcept;
/// The same, and none if it runs on another thread.
[[nodiscard]] CallSnapshot call_of_this_thread() noexcept;

/// The call that began last, and may have ended since: no number and no thread. For somebody who looks for what harmed
/// the process. Safe in a signal handler.
[[nodiscard]] CallSnapshot last_call() noexcept;

/// Publishes a call for as long as it lives. A call within a call: the outer one is published again afterwards. One
/// thread at a time makes such objects.
///
/// It costs a few plain stores, since every event pays for it: no lock, no clock. Who measures the time looks whether
/// the number is still the same.
class CallScope {
 public:
  /// `callback` lives until the process ends.
  CallScope(const CallOwner& owner, const char* callback) noexcept;
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  const CallOwner* outer_owner_;
  const char* outer_callback_;
  std::uint64_t outer_number_;
};

/// Keeps a call from ending, so that its thread can be sent a signal that does not reach what the daemon does next: a
/// system call of libzmq that is interrupted looks like a broken socket (decision 7). One at a time.
class HeldCall {
 public:
  /// From now on the thread of this call does not leave it. `held` is false if it had left, or if the kernel lacks
  /// what this takes (membarrier).
  explicit HeldCall(std::uint64_t number) noexcept;
  ~HeldCall();
  HeldCall(const HeldCall&) = delete;
  HeldCall& operator=(const HeldCall&) = delete;

  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  bool held_ = false;
};

namespace detail {

struct PublishedCall {
  std::atomic<const CallOwner*> owner{nullptr};
  std::atomic<const CallOwner*> last_owner{nullptr};
  std::atomic<const char*> last_callback{nullptr};
  std::atomic<const char*> callback{nullptr};
  std::atomic<std::uint64_t> number{0};
  std::atomic<pthread_t> thread{};
  std::atomic<bool> is_held{false};
  std::uint64_t calls = 0;  // of the thread that calls
};
extern constinit PublishedCall published;

/// Waits until nobody holds the call.
void wait_until_released() noexcept;

}  // namespace detail

inline CallScope::CallScope(const CallOwner& owner, const char* callback) noexcept
    : outer_owner_(detail::published.owner.load(std::memory_order_relaxed)),
      outer_callback_(detail::published.callback.load(std::memory_order_relaxed)),
      outer_number_(detail::published.number.load(std::memory_order_relaxed)) {
  auto& now = detail::published;
  now.callback.store(callback, std::memory_order_relaxed);
  now.last_owner.store(&owner, std::memory_order_relaxed);
  now.last_callback.store(callback, std::memory_order_relaxed);
  now.thread.store(::pthread_self(), std::memory_order_relaxed);
  now.number.store(++now.calls, std::memory_order_relaxed);
  now.owner.store(&owner, std::memory_order_release);
}

inline CallScope::~CallScope() {
  auto& now = detail::published;
  now.owner.store(outer_owner_, std::memory_order_relaxed);
  now.callback.store(outer_callback_, std::memory_order_relaxed);
  now.number.store(outer_number_, std::memory_order_relaxed);
  // The compiler must not turn these round; that the processor does not is the business of membarrier in HeldCall.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (now.is_held.load(std::memory_order_acquire)) [[unlikely]]
    detail::wait_until_released();
}

}  // namespace amibroker::host
