// SPDX-License-Identifier: Apache-2.0
//
// One server as a target: how much may be under way on it, and which keys wait for their turn.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "amibroker/reply.hpp"
#include "plugins/replication/cell.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// What bounds and paces the writes.
struct Limits {
  /// Writes in flight on one server: it begins with first_window, doubles while answers come within `quick`, and halves
  /// when they take longer than `slow`, so that a live change never waits for more than about `slow` of other work.
  std::size_t first_window = 64;
  std::size_t least_window = 8;
  std::size_t window = 1024;
  std::chrono::milliseconds quick{25};
  std::chrono::milliseconds slow{100};
  std::chrono::milliseconds first_retry{100};      ///< back-off after the first attempt without a known outcome
  std::chrono::milliseconds longest_retry{10000};  ///< it doubles from attempt to attempt up to this
  /// How long after its last change a name that nobody has any more is kept because of a server that does not list its
  /// states. If the name comes up again later, it is written there once more.
  std::chrono::seconds forget_unread_after{3600};
  /// How long a write waits while EchoLists::capacity echoes of that key are outstanding; then the oldest is taken for
  /// lost. It decides when to go on, never whether an event is news.
  std::chrono::milliseconds echo_wait{5000};
  /// Asterisk stores a presence and publishes its event in two steps without a lock around both (PRESENCE_STATE,
  /// funcs/func_presencestate.c). If our write and a change on that server meet, it may store one and publish the
  /// other last. So a change within this time of our own last write there is written back to be sure. It costs one
  /// write; it never decides what is news. Zero if a write of the same value again would have no echo.
  std::chrono::seconds confirm_within{3};
};

/// Why a key is to be written.
enum class Urgency : std::uint8_t {
  live,  ///< something happened just now: goes before all that waits
  dump,  ///< one of many: a snapshot, a server that came up or was lost
};

/// The window of one server, and its two lines. A live change waits at most for what is under way, never for a dump.
class Target {
 public:
  enum class Stage : std::uint8_t {
    down,    ///< nothing is sent
    unread,  ///< it came up; nothing is sent before it is known what it holds
    ready,   ///< written to
  };
  Stage stage = Stage::down;
  bool leads = true;     ///< this broker writes there, and no other one (Peers)
  bool held = false;     ///< nothing is written there for maintenance
  bool follows = false;  ///< a broker leads there whose word counts more than this one's (Peers::follows)
  bool open = false;     ///< enough is known of what its neighbours say to write to it
  bool read = false;     ///< its list was read since it came up: a name that comes up now is one that it does not have
  bool cut = false;      ///< not all names of that list were taken
  bool being_read = false;  ///< its list was asked for and has not come
  bool vacant = false;      ///< no server is at this place
  bool passed_over =
      false;  ///< an event was passed over since the list was asked for, because the server was not ready

  /// Whether writes may go there as far as people and brokers have agreed.
  [[nodiscard]] bool is_ours() const noexcept { return leads && !held; }

  /// Whether a name that comes up now is one that it does not have.
  [[nodiscard]] bool knows_absent() const noexcept { return read && !cut; }

  /// A new connection: the window begins small.
  void open_window(const Limits& limits) noexcept;

  /// Whether a write of this urgency may go at once.
  [[nodiscard]] bool has_room(Urgency urgency) const noexcept {
    return in_flight_ < window_ && live_.empty() && (urgency == Urgency::live || dump_.empty());
  }

  /// Puts a key at the end of a line, unless it is there already. `cell`: the key's on this server.
  void enqueue(KeyId key, Cell& cell, Urgency urgency);

  /// If the window has room: the key whose turn it is.
  [[nodiscard]] std::optional<KeyId> next() const noexcept;

  /// Takes the key that `next` named out of its line.
  void pop(Cell& cell) noexcept;

  /// Empties both lines. `cell(key)`: the key's cell on this server.
  template <typename CellOf>
  void clear_lines(CellOf&& cell) noexcept;

  void sent(KeyId key, TimePoint now) noexcept;
  /// A write ended: the window follows how long it took.
  void answered(KeyId key, Outcome outcome, TimePoint now, const Limits& limits) noexcept;

  /// How long the last write took whose time was taken while few others were under way, so that it is the server that
  /// needed the time; zero if none was.
  [[nodiscard]] std::chrono::milliseconds took() const noexcept { return took_; }

  [[nodiscard]] std::size_t window() const noexcept { return window_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return live_.size() + dump_.size(); }

 private:
  std::size_t in_flight_ = 0;
  std::size_t window_ = 0;
  KeyId sampled_ = no_key;  ///< the write whose time is taken
  TimePoint sampled_at_{};
  bool sampled_among_few_ = false;
  std::chrono::milliseconds took_{0};
  std::deque<KeyId> live_;
  std::deque<KeyId> dump_;
};

template <typename CellOf>
void Target::clear_lines(CellOf&& cell) noexcept {
  for (const KeyId key : live_) cell(key).waits_live = false;
  for (const KeyId key : dump_) cell(key).waits_dump = false;
  live_.clear();
  dump_.clear();
}

}  // namespace amibroker::replication
