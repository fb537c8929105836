// SPDX-License-Identifier: Apache-2.0
//
// Decides what is written to each server, and when. The rules are in docs/replication.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "amibroker/reply.hpp"
#include "plugins/replication/cell.hpp"
#include "plugins/replication/cell_table.hpp"
#include "plugins/replication/combiner.hpp"
#include "plugins/replication/damper.hpp"
#include "plugins/replication/echo_lists.hpp"
#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/outside.hpp"
#include "plugins/replication/retry_queue.hpp"
#include "plugins/replication/target.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// What an event of a symmetric key was.
enum class News : std::uint8_t {
  change,  ///< something new: it is being written to the others
  repeat,  ///< what all should hold anyway
  echo,    ///< one of our own writes
  unread,  ///< passed over, because the server was not read yet: a list will show it
};

/// One line of a server's snapshot.
struct Listed {
  using Kind = ListedKind;
  KeyId key;
  ValueId value;
  Kind kind;
};

/// For each key and each server: what it contributes, what it should hold, what it is known to hold, and what is under
/// way. Only servers that can have to do with a key, as its origin, as a neighbour of that, or because they hold its
/// name, cost memory and time. Every function ends with the right writes started, as long as windows have room.
///
/// Servers are named by their places, from 0 without gaps; a place may be vacant, which is like a server that is down
/// and that nobody hears of.
///
/// Pure logic: no I/O, no clock (`now` is an argument, and must not go back), no log. All functions belong to one
/// thread.
class Replicator {
 public:
  /// Everything that is referred to must outlive this. `neutral`: what is written if nobody contributes any more.
  /// `places`: how many servers there are at first. None is up, and nothing is written to one before `open`. `jitter`:
  /// see Damper.
  Replicator(const Neighbours& neighbours, const Combiner& combiner, ValueId neutral, std::size_t places,
             Writer& writer, const Limits& limits = {}, double jitter = 0);

  Replicator(const Replicator&) = delete;
  Replicator& operator=(const Replicator&) = delete;

  /// Adds a key: the lowest number that is free, from 0. The functions below take only keys and places that were added.
  KeyId add_key(Sharing sharing);

  /// Whether the key can be taken away without anybody noticing: nobody contributes to it, no server holds it or should
  /// hold it but as `neutral`, nothing is under way or waits, and no event or answer can come that needs what is known.
  [[nodiscard]] bool is_idle(KeyId key, TimePoint now) const noexcept;
  /// Takes an idle key away. Its number is given to another one later.
  void remove_key(KeyId key);
  /// Gives back memory that is not needed after many keys were taken away.
  void shrink();

  /// Whether it may make a difference that this server says `neutral`, or nothing, of a name that is no key: some
  /// server may hold the name and not say so. `listed`: it says so in a list, not by an event.
  [[nodiscard]] bool neutral_matters(Place server, Sharing sharing, bool listed) const noexcept;

  /// A new server, at a vacant place or at the next; the neighbours know it already. It is down, and should hold what
  /// its neighbours say. Costs one look at the whole table.
  void add_server(Place place, TimePoint now);

  /// A server is gone for good, and its place is vacant: what it contributed is withdrawn, nothing is written to it,
  /// and answers to what was under way are not to be handed on. Its neighbours are removed after this call.
  void remove_server(Place place, TimePoint now);

  /// The neighbours of this server changed: these are not any more, and these are new. What is not shared any more is
  /// withdrawn, what is shared now is shown.
  void zones_changed(Place place, std::span<const Place> removed, std::span<const Place> added, TimePoint now);

  /// What this server contributed is withdrawn, until it says it again.
  void withdraw_all(Place origin, TimePoint now);

  /// The broker knows enough of the fleet to write to all servers, and to those that come later.
  void open(TimePoint now);
  /// It knows enough of that server's neighbours to write to it.
  void open(Place target, TimePoint now);
  /// From now on what no server can change that was not heard yet is written to all: one-way keys that are shown wrong
  /// anyway (Combiner::is_wrong_anyway). `symmetric`: and symmetric keys, because what was read first counts; not if a
  /// list may show that a key is none (`retire`).
  void open_early(bool symmetric, TimePoint now);

  /// The origin says what its own device is; no_value: it says nothing of it any more.
  void changed_at_origin(Place origin, KeyId key, ValueId value, TimePoint now);

  /// A server says that a symmetric key has a value there. News: every neighbour should hold it.
  News changed_on(Place server, KeyId key, ValueId value, TimePoint now);

  /// A target says what it shows under a one-way key: an echo of ours, what a command of a lost connection did late, or
  /// what somebody else wrote. `absent`: it has no such name any more. True if it is none of ours.
  bool shown_on(Place target, KeyId key, ValueId value, TimePoint now);

  /// Whether this broker writes to that server. If it does not, it goes on watching what the server shows, so that it
  /// can begin at once. At first it writes to all.
  void set_leads(Place target, bool leads, TimePoint now);

  /// Nothing is written to that server while it is held; then all that it lacks. At first none is held.
  void set_held(Place target, bool held, TimePoint now);

  /// Whether another broker leads there whose word counts more than ours: what stands there for `settled_after` against
  /// what we want of a symmetric key is what it wants.
  void set_follows(Place target, bool follows) noexcept { targets_[target].follows = follows; }
  static constexpr std::chrono::seconds settled_after{30};
  /// How long the event of a write that another broker is expected to make is waited for.
  static constexpr std::chrono::seconds expected_within{5};

  /// The result of the write of that key on that server; exactly once for each Writer::write.
  void completed(Place target, KeyId key, Outcome outcome, TimePoint now);

  /// A server came up. It is not written to before it was `read`, or turned out to be `unreadable`.
  void server_up(Place server, TimePoint now);

  /// A server is gone: nothing is sent to it until it is up again. What it contributed stays.
  void server_down(Place server) noexcept;

  /// It is gone for too long: what it contributed is withdrawn.
  void server_lost(Place server, TimePoint now);

  /// A snapshot begins, and the list is asked for. What happens from here on may be in it or not.
  void list_asked(Place server) noexcept;
  /// The list, once all events that are older than it have come. What is not in it is withdrawn, or not held. True
  /// if another snapshot is to follow, because an event had to be passed over.
  [[nodiscard]] bool read(Place server, std::span<const Listed> list, TimePoint now);
  /// Some names of the list that was read were not taken, so what it does not show may be there all the same.
  void list_was_cut(Place server) noexcept { targets_[server].cut = true; }
  /// The server cannot be read: it is written as if nothing were known of what it holds.
  void unreadable(Place server, TimePoint now);

  /// A target holds this one-way key from an earlier life of the broker, and nobody contributes to it: if nothing was
  /// ever wanted there, it becomes `neutral`.
  void clear_orphan(Place target, KeyId key, TimePoint now);

  /// Looks again at the keys whose time has come. Call it at next_due() or later.
  void tick(TimePoint now);

  /// When tick() has something to do; nothing if it has not.
  [[nodiscard]] std::optional<TimePoint> next_due() const;

  /// Other sites, if there are any; null, as at first: there are none. It outlives this, or is taken back.
  void set_outside(Outside* outside) noexcept { outside_ = outside; }
  /// What other sites say of a one-way key is different. `places`: the servers that they say it to, in order. Costs
  /// one look at the row.
  void outside_changed(KeyId key, std::span<const Place> places, Urgency urgency, TimePoint now);
  /// Another site set a symmetric key, which this server is to hold now.
  void set_shared(KeyId key, Place place, ValueId value, Urgency urgency, TimePoint now);

  /// A key that is not written for a while, because somebody else keeps changing it against us.
  struct Held {
    Damper::What what;
    std::chrono::milliseconds time;
  };
  /// Those that were not since this was last asked.
  [[nodiscard]] std::vector<Held> take_held() { return std::exchange(newly_held_, {}); }
  [[nodiscard]] const Damper& damper() const noexcept { return damper_; }

  /// What is known of a key on a server.
  [[nodiscard]] const Cell& cell(Place server, KeyId key) const noexcept {
    const Cell* cell = cells_.find(server, key);
    if (cell != nullptr) return *cell;
    return targets_[server].knows_absent() ? not_there_ : nothing_known_;
  }
  /// What is known of a key on all servers that have to do with it.
  [[nodiscard]] const Row row(KeyId key) const noexcept { return cells_.row(key); }
  [[nodiscard]] Sharing sharing(KeyId key) const noexcept { return cells_.sharing(key); }
  /// One more than the highest key.
  [[nodiscard]] std::size_t keys() const noexcept { return cells_.keys(); }
  [[nodiscard]] bool has(KeyId key) const noexcept { return cells_.has(key); }
  /// Contributions until now, which is the number of the last one: Cell::contributed_as.
  [[nodiscard]] std::uint32_t contributions() const noexcept { return contributions_; }
  /// Cells of all keys together, which is what the memory goes for.
  [[nodiscard]] std::size_t cells() const noexcept { return cells_.cells(); }

  /// Whether the server is known to hold what it should, or what shows the same.
  [[nodiscard]] bool is_satisfied(const Cell& cell) const noexcept;

  /// The server's window and lines.
  [[nodiscard]] const Target& target(Place server) const noexcept { return targets_[server]; }

  /// Calls `visit(ValueId)` for every value that some cell or list holds, repeats included.
  template <typename Visitor>
  void each_value(Visitor&& visit) const;

 private:
  /// The cell of a key on a server that has one.
  [[nodiscard]] Cell& at(Place server, KeyId key) noexcept { return *cells_.find(server, key); }
  /// The same after it was made, if there was none. References to other cells of the key may not be valid any more.
  Cell& get(Place server, KeyId key);
  /// Makes the cells of a server and its neighbours.
  void get_around(Place server, KeyId key);
  void begin_cell(Place place, Cell& cell) const noexcept;
  void contribute(Place origin, KeyId key, ValueId value, Urgency urgency, TimePoint now);
  void spread(KeyId key, Urgency urgency, TimePoint now);
  void show(KeyId key, Place target, Cell& cell, ValueId value, Urgency urgency, TimePoint now);
  void show_anew(KeyId key, Place target, TimePoint now);
  void join(Place place, KeyId key, std::span<const Place> added, TimePoint now);
  [[nodiscard]] std::vector<KeyId> keys_of(std::span<const Place> places, Place and_of) const;
  void combine(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept;
  [[nodiscard]] ValueId combine_for(KeyId key, Place target) const noexcept;
  bool spread_news(Place server, KeyId key, ValueId value, Urgency urgency, TimePoint now);
  void want(Place target, KeyId key, Cell& cell, ValueId value, Urgency urgency, TimePoint now);
  [[nodiscard]] bool needs_write(Place target, KeyId key, const Cell& cell) const noexcept;
  [[nodiscard]] bool may_write(Place target, KeyId key, const Cell& cell) const noexcept;
  void reconcile(Place target, KeyId key, Cell& cell, Urgency urgency, TimePoint now);
  void forget_old_expectations(Place server, KeyId key, TimePoint now) noexcept;
  void expect_write(Place target, KeyId key, Cell& cell, TimePoint now);
  void reconcile_all(Place target, TimePoint now);
  void take_over(Place target, TimePoint now);
  void send(Place target, KeyId key, Cell& cell, TimePoint now);
  void settle(Place target, KeyId key, Cell& cell, ValueId written, Outcome outcome, TimePoint now);
  void put_off(Place target, KeyId key, Cell& cell, TimePoint due);
  void put_off_after_failure(Place target, KeyId key, Cell& cell, TimePoint now);
  static void note_write(Cell& cell, TimePoint now) noexcept;
  [[nodiscard]] static std::chrono::seconds seconds_since_change(const Cell& cell, TimePoint now) noexcept;
  [[nodiscard]] static std::chrono::seconds since_write(const Cell& cell, TimePoint now) noexcept;
  [[nodiscard]] bool wrote_lately(const Cell& cell, TimePoint now) const noexcept;
  void pump(Place target, TimePoint now);
  void damp(const Damper::What& what, Place source, const Cell& cell, ValueId value, TimePoint now);
  void release(const Damper::What& what, TimePoint now);
  [[nodiscard]] bool hear_echo(Place server, KeyId key, Cell& cell, ValueId value, TimePoint now);
  void forget_lost_echoes(Place server) noexcept;
  void apply(Place server, const Listed& item, TimePoint now);
  [[nodiscard]] bool is_idle(const Cell& cell, const Target& target, Sharing sharing, TimePoint now) const noexcept;
  [[nodiscard]] bool was_held_lately(KeyId key, const Row& row, TimePoint now) const;
  [[nodiscard]] static bool is_busy(const Cell& cell, const Target& target) noexcept;
  [[nodiscard]] bool is_outdated(KeyId key, const Cell& cell) const noexcept;
  void apply_unlisted(Place server, KeyId key, Cell& cell, TimePoint now);

  const Neighbours& neighbours_;
  const Combiner& combiner_;
  ValueId neutral_;
  Writer& writer_;
  Outside* outside_ = nullptr;
  Limits limits_;
  bool open_ = false;
  bool early_ = false;
  bool early_symmetric_ = false;
  CellTable cells_;
  std::vector<Target> targets_;
  std::vector<ValueId> shown_;  ///< by position in a row; used again for each change
  std::uint32_t contributions_ = 0;
  EchoLists echoes_;
  RetryQueue retries_;
  Damper damper_;
  std::vector<Held> newly_held_;
  static constexpr Cell nothing_known_{};
  static constexpr Cell not_there_{.observed = absent};
};

template <typename Visitor>
void Replicator::each_value(Visitor&& visit) const {
  for (KeyId key = 0; key < cells_.keys(); ++key) {
    const Row row = cells_.row(key);
    for (std::size_t i = 0; i < row.size(); ++i) {
      visit(row[i].contribution);
      visit(row[i].desired);
      visit(row[i].observed);
      visit(row[i].in_flight);
    }
  }
  echoes_.each_value(visit);
  damper_.each_value(visit);
  visit(neutral_);
}

}  // namespace amibroker::replication
