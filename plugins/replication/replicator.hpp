// SPDX-License-Identifier: Apache-2.0
//
// Decides what each server must be told, and when. Rules 1 to 5 of docs/replication.md.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "amibroker/reply.hpp"
#include "plugins/replication/cell.hpp"
#include "plugins/replication/echo_lists.hpp"
#include "plugins/replication/retry_queue.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// What bounds and paces the writes.
struct Limits {
  /// Writes in flight on one server: it begins with first_window, doubles while answers come within `quick`, and halves
  /// when they take longer than `slow`, so that a live change never stands behind more than about `slow` of other work.
  std::size_t first_window = 64;
  std::size_t least_window = 8;
  std::size_t window = 1024;
  std::chrono::milliseconds quick{25};
  std::chrono::milliseconds slow{100};
  std::chrono::milliseconds first_retry{100};     ///< back-off after the first attempt without a known outcome
  std::chrono::milliseconds longest_retry{10000};  ///< it doubles from attempt to attempt up to this
  /// How long a write waits where EchoLists::capacity echoes are outstanding; then the oldest is taken for lost. It
  /// decides when to go on, never whether an event is news.
  std::chrono::milliseconds echo_wait{5000};
  /// Asterisk stores a presence and publishes its event in two steps without a lock around both (PRESENCE_STATE,
  /// funcs/func_presencestate.c). Where our write and a change on that server meet, it may store one and publish the
  /// other last. So a change within this time of our own last write there is written back to be sure. It costs one
  /// write; it never decides what is news.
  std::chrono::seconds confirm_within{3};
};

/// What an event of a symmetric key was.
enum class News : std::uint8_t {
  change,  ///< something new: it is being written to the others
  repeat,  ///< what all should hold anyway
  echo,    ///< one of our own writes
};

/// For each key and each server: what it should hold, what it is known to hold, and what is under way. Every function
/// ends with the right writes started, as long as windows have room.
///
/// Pure logic: no I/O, no clock (`now` is an argument, and must not go back), no log. All functions belong to one
/// thread. Once the tables have grown to the number of keys, nothing is allocated.
class Replicator {
 public:
  /// `writer` must outlive this. No server is up at first.
  Replicator(std::size_t servers, Writer& writer, const Limits& limits = {});

  Replicator(const Replicator&) = delete;
  Replicator& operator=(const Replicator&) = delete;

  /// Adds the next key: the first is 0, and so on. The functions below take only keys that were added, and servers
  /// below the number given.
  void add_key(Sharing sharing);

  /// The origin says that a one-way key has a value: every other server should hold it.
  void changed_at_origin(ServerId origin, KeyId key, ValueId value, TimePoint now);

  /// A server says that a symmetric key has a value there. News: every server should hold it.
  News changed_on(ServerId server, KeyId key, ValueId value, TimePoint now);

  /// The result of the write of that key on that server; exactly once for each Writer::write.
  void completed(ServerId target, KeyId key, Outcome outcome, TimePoint now);

  /// A server came up: nothing is known of it, and everything that it should hold is written.
  void server_up(ServerId server, TimePoint now);

  /// A server is gone: nothing is sent to it until it is up again. Its cells are all that is kept.
  void server_down(ServerId server) noexcept;

  /// Looks again at the keys whose time has come. Call it at next_due() or later.
  void tick(TimePoint now);

  /// When tick() has something to do; nothing where it has not.
  [[nodiscard]] std::optional<TimePoint> next_due() const noexcept { return retries_.next_due(); }

  /// What is known of a key on a server.
  [[nodiscard]] const Cell& cell(ServerId server, KeyId key) const noexcept { return cells_.row(key)[server]; }

  /// How many writes may be under way on a server at present.
  [[nodiscard]] std::size_t window(ServerId server) const noexcept { return targets_[server].window; }

  /// Writes under way on a server.
  [[nodiscard]] std::size_t in_flight(ServerId server) const noexcept { return targets_[server].in_flight; }

  /// Calls `visit(ValueId)` for every value that some cell or list holds, repeats included.
  template <typename Visitor>
  void each_value(Visitor&& visit) const;

 private:
  struct Target {
    bool up = false;
    std::size_t in_flight = 0;
    std::size_t window = 0;
    KeyId sampled = no_key;  ///< the write whose time is taken
    TimePoint sampled_at{};
    KeyId first_queued = no_key;  ///< keys that wait for a place in the window, linked through their cells
    KeyId last_queued = no_key;
  };

  [[nodiscard]] Cell& at(ServerId server, KeyId key) noexcept { return cells_.row(key)[server]; }
  void want(ServerId target, KeyId key, Cell& cell, ValueId value, TimePoint now);
  [[nodiscard]] static bool needs_write(const Cell& cell) noexcept;
  void reconcile(ServerId target, KeyId key, Cell& cell, TimePoint now);
  void send(ServerId target, KeyId key, Cell& cell, TimePoint now);
  void settle(ServerId target, KeyId key, Cell& cell, ValueId written, Outcome outcome, TimePoint now);
  void rest(ServerId target, KeyId key, Cell& cell, TimePoint due);
  void rest_after_failure(ServerId target, KeyId key, Cell& cell, TimePoint now);
  void open_window(Target& target) noexcept;
  void adapt_window(Target& target, KeyId key, Outcome outcome, TimePoint now) noexcept;
  static void note_write(Cell& cell, TimePoint now) noexcept;
  [[nodiscard]] bool wrote_lately(const Cell& cell, TimePoint now) const noexcept;
  void enqueue(ServerId target, KeyId key, Cell& cell) noexcept;
  void pump(ServerId target, TimePoint now);
  [[nodiscard]] bool hear_echo(ServerId server, KeyId key, Cell& cell, ValueId value, TimePoint now);

  Writer& writer_;
  Limits limits_;
  CellTable cells_;
  std::vector<Sharing> sharing_;  ///< by key
  std::vector<Target> targets_;
  EchoLists echoes_;
  RetryQueue retries_;
};

template <typename Visitor>
void Replicator::each_value(Visitor&& visit) const {
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    const Cell* row = cells_.row(key);
    std::for_each(row, row + cells_.servers(), [&](const Cell& cell) {
      visit(cell.desired);
      visit(cell.observed);
      visit(cell.in_flight);
    });
  }
  echoes_.each_value(visit);
}

}  // namespace amibroker::replication
