// SPDX-License-Identifier: Apache-2.0
//
// What the loop tells as it happens, for any number of clients that listen (server-sent events).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/control/command.hpp"

namespace amibroker::control {

/// One thing that happened.
struct Notice {
  std::string event;                ///< a word: the type of the event in the stream
  std::string data;                 ///< one line, usually JSON
  std::vector<std::string> tags{};  ///< what filters look at; the stream does not have them
  /// In the place of `data`, if it takes time to write, and few readers want it: called on the thread of the control
  /// socket for each of them. Owns what it uses.
  std::function<std::string()> write{};
  std::size_t bytes = 0;  ///< what `write` owns, for the bound of the ring

  [[nodiscard]] std::string text() const { return write ? write() : data; }
};

/// A notice as the stream has it: `event`, `id` and `data`. An id of 0 is left out.
[[nodiscard]] std::string event_text(std::string_view event, std::uint64_t id, std::string_view data);

/// A bounded ring that the loop writes and the thread of the control socket reads. While nobody reads, it costs the
/// loop one look at an atomic; else a lock that is never held for long, and at most one wake-up at a time. A reader
/// that is too slow for the ring loses its own notices, and hears how many.
class Feed {
 public:
  /// Whether a reader gets a notice.
  using Filter = std::function<bool(const Notice& notice)>;

  /// What a reader begins with.
  struct Opening {
    std::uint64_t last = 0;  ///< number of the last notice that it holds
    /// Gives `event_text`s, a part at a time, each when the reader has taken the one before; empty: that was all. Owns
    /// what it uses. Thread of the control socket.
    std::function<std::string()> next{};
  };

  struct Spec {
    /// Of the request that opens it, as those of a command.
    std::vector<ArgumentSpec> arguments{};
    /// What a new reader gets first, and one that had a gap gets again. Null: nothing. Loop's thread, and short: what
    /// takes time belongs into `next`.
    std::function<Opening(const Arguments& arguments)> open{};
    /// Null: every reader gets all. Thread of the control socket.
    std::function<Filter(const Arguments& arguments)> filter{};
    std::size_t most_notices = 20'000;
    std::size_t most_bytes = std::size_t{4} << 20;
    /// For so long after the last reader left notices are kept, for one that comes back with the id of its last one
    /// (`Last-Event-ID`). Not for a feed with `open`, whose readers begin with what that says.
    std::chrono::milliseconds linger{0};
    /// The number before the first notice. If it grows from one run of the daemon to the next, an id of the run before
    /// is known to be one.
    std::uint64_t base = 0;
  };

  explicit Feed(Spec spec) : spec_(std::move(spec)), last_(spec_.base) {}
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  [[nodiscard]] const Spec& spec() const noexcept { return spec_; }

  // --- Loop's thread ---

  /// Whether anybody reads. If not, a notice need not be made at all.
  [[nodiscard]] bool wanted() const noexcept { return readers_.load(std::memory_order_relaxed) > 0; }
  /// Does nothing if nobody reads.
  void publish(Notice notice);
  /// Number of the last notice; the base before the first one. Any thread.
  [[nodiscard]] std::uint64_t last() const;

  /// A place in the feed, as of now. Any thread.
  struct Mark {
    std::uint64_t last = 0;
    std::uint64_t emptied = 0;
  };
  [[nodiscard]] Mark mark() const;
  /// Whether what `take` gives after it is all that happened since: nothing was dropped, and somebody read all the
  /// time.
  [[nodiscard]] bool has_all_since(const Mark& mark) const;

  // --- Thread of the control socket ---

  /// `wake` is called after a notice came, not again before `take`; from any thread. Null: never any more.
  void set_wake(std::function<void()> wake);
  void join() noexcept { ++readers_; }
  /// The ring is emptied with the last one.
  void leave();

  struct Taken {
    std::uint64_t missed = 0;  ///< how many were dropped before this reader took them
    std::uint64_t last = 0;    ///< number of the last one of `notices`, or that the reader had
    std::vector<std::shared_ptr<const Notice>> notices{};
  };
  /// What came after number `after`, at most `most`.
  [[nodiscard]] Taken take(std::uint64_t after, std::size_t most);

 private:
  const Spec spec_;
  std::atomic<std::size_t> readers_{0};
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  bool woken_ = false;
  std::deque<std::shared_ptr<const Notice>> ring_;
  std::size_t bytes_ = 0;
  std::uint64_t last_;
  std::uint64_t emptied_ = 0;  ///< how often the last reader left
};

}  // namespace amibroker::control
