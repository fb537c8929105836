// SPDX-License-Identifier: Apache-2.0
//
// Names that somebody else keeps changing to and fro against us.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Two brokers, or a broker and a replicator of Asterisk's own, may each take what the other writes for news, and write
/// back without end. So a key that changes more than ten times within five seconds to values that it had within these
/// is held for 1 s, then 2, 4, ... 60 s: nothing is written meanwhile, and the last value is written at the end. A
/// minute after the end of the last one all is as it was. Rule 11 of docs/replication.md.
///
/// A symmetric key is held on all servers; a one-way key on the one server on which somebody else writes it.
///
/// Pure logic: no I/O, and the time is an argument. All functions belong to one thread.
class Damper {
 public:
  /// `jitter`: between 0 and 1; the share of a quarter by which this one holds longer than others would, so that two
  /// brokers do not go on at the same moment.
  explicit Damper(double jitter = 0) : jitter_(jitter) {}

  /// A key, and for a one-way key the target.
  struct What {
    KeyId key;
    Place target = no_place;
    friend bool operator==(const What&, const What&) = default;
  };

  /// Somebody said, on the server `source`, that the key has this value, which it had not before. If that begins a
  /// hold: how long it is.
  std::optional<std::chrono::milliseconds> changed(const What& what, Place source, ValueId value, TimePoint now);

  [[nodiscard]] bool holds_any() const noexcept { return !ends_.empty(); }
  /// Whether nothing may be written of it now.
  [[nodiscard]] bool holds(const What& what) const {
    const auto found = entries_.find(what);
    return found != entries_.end() && found->second.held;
  }
  /// Whether it is held, or was within the last minute.
  [[nodiscard]] bool held_lately(const What& what, TimePoint now) const {
    const auto found = entries_.find(what);
    return found != entries_.end() && (found->second.held || was_held_lately(found->second, now));
  }
  /// Whether that is so of anything.
  [[nodiscard]] bool held_any_lately() const noexcept { return were_held_ != 0; }
  /// When the next hold ends.
  [[nodiscard]] std::optional<TimePoint> next_due() const {
    return ends_.empty() ? std::nullopt : std::optional(ends_.top().due);
  }
  /// A hold that is over by now, which is not one any more; nothing if there is none.
  [[nodiscard]] std::optional<What> pop_due(TimePoint now);

  /// Nothing is known of it any more, and a hold ends without a word: its number may be given to another name.
  void forget(const What& what);

  /// The servers that the latest changes came from, the newest first, each once.
  [[nodiscard]] std::vector<Place> sources(const What& what) const;

  /// Calls `visit(ValueId)` for every value that is remembered.
  template <typename Visitor>
  void each_value(Visitor&& visit) const {
    for (const auto& [what, entry] : entries_)
      for (const Change& change : entry.changes) visit(change.value);
  }

  static constexpr int most_returns = 10;
  static constexpr int most_returns_again = 2;  ///< of a key that was held lately
  static constexpr std::chrono::seconds window{5};
  static constexpr std::chrono::seconds longest_hold{60};
  static constexpr std::chrono::seconds calm{60};
  /// Keys that are looked at. Beyond that the others are not, until some are calm.
  static constexpr std::size_t capacity = 10'000;
  static constexpr std::size_t remembered = 20;  ///< changes of each of them

 private:
  struct Change {
    TimePoint time{};
    ValueId value = no_value;  ///< no_value: there was none
    Place source = no_place;
  };
  struct Entry {
    std::array<Change, remembered> changes{};
    std::size_t next = 0;
    std::chrono::milliseconds hold{0};  ///< the last one
    TimePoint until{};                  ///< its end
    bool held = false;
  };
  struct End {
    TimePoint due;
    What what;
    friend bool operator>(const End& one, const End& other) { return one.due > other.due; }
  };
  struct Hash {
    std::size_t operator()(const What& what) const noexcept {
      return std::hash<std::uint64_t>()(std::uint64_t{what.target} << 32 | what.key);
    }
  };

  [[nodiscard]] static bool was_held_lately(const Entry& entry, TimePoint now) noexcept {
    return entry.hold.count() != 0 && now - entry.until < calm;
  }
  [[nodiscard]] static int returns(const Entry& entry, TimePoint now) noexcept;
  void forget_calm(TimePoint now);

  double jitter_;
  std::unordered_map<What, Entry, Hash> entries_;
  std::size_t were_held_ = 0;  ///< entries that are, or were, held
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  TimePoint next_look_{};
};

}  // namespace amibroker::replication
