// SPDX-License-Identifier: Apache-2.0
//
// What is known of one key on one server, and of one key on all of its servers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "plugins/replication/echo_lists.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// One key on one server. A fleet has many millions of these, so it is small and owns nothing. All zero: nothing is
/// known.
struct Cell {
  ValueId contribution = no_value;  ///< what this server says of a device of its own; no_value: nothing
  ValueId desired = no_value;       ///< what the server should hold; no_value: nothing was ever wanted
  ValueId observed = no_value;      ///< what it is known to hold, or `absent`; no_value: unknown
  ValueId in_flight = no_value;     ///< what is being written; no_value: nothing is
  EchoLists::Id echoes = EchoLists::none;
  std::uint32_t contributed_as = 0;  ///< number of the contribution among all, to tell which of two came later
  std::uint32_t changed_at_s = 0;    ///< seconds of the clock when `desired` last changed
  std::uint16_t written_at_s = 0;    ///< seconds of the clock, modulo 2^16
  std::uint8_t failures = 0;         ///< attempts in a row without a known outcome; sets the back-off
  bool waits_live : 1 = false;       ///< is in the server's line of live changes
  bool waits_dump : 1 = false;       ///< is in the server's line of all else
  bool put_off : 1 = false;          ///< not written before its timer runs out, unless something new is desired
  bool timed : 1 = false;            ///< has an entry in the retry queue
  bool rejected : 1 = false;         ///< the server does not take `desired`; not written before that changes
  bool echoed : 1 = false;           ///< the echo of the write in flight was seen before its reply
  bool untracked : 1 = false;        ///< an echo fell out of a full list, so an event that fits none may be that one
  bool doubted : 1 = false;          ///< somebody else wrote it while ours was in flight
  bool fresh : 1 = false;            ///< `desired` changed just now and is not held yet, which LampDelay wants to know
  bool written : 1 = false;          ///< was ever written by us; `written_at_s` says when last
  // Of the server's snapshot that is being taken:
  bool wrote_since_asked : 1 = false;  ///< a write was sent or answered since the list was asked for
  bool heard_since_asked : 1 = false;  ///< an event came since the list was asked for
  bool shown_since_asked : 1 = false;  ///< of a one-way key: an event said since then what the server shows
  bool listed_own : 1 = false;         ///< the list had the server's own device
  bool listed_held : 1 = false;        ///< the list had the name that is written
};
static_assert(sizeof(Cell) <= 36, "300 bytes a device on a target are for everything, and this is the least of it");

/// The cells of one key: a view of those servers' that may hold its name or contribute to it, in the order of their
/// places. Valid until the key's next cell is added or taken away.
class Row {
 public:
  Row() = default;
  /// `cells` and `places` belong together. `leading`: the places are 0, 1, 2, ...; `mesh`: see below.
  Row(Cell* cells, std::span<const Place> places, bool leading, bool mesh) noexcept
      : cells_(cells), places_(places), leading_(leading), mesh_(mesh) {}

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] Place place(std::size_t index) const noexcept { return places_[index]; }
  [[nodiscard]] const Cell& operator[](std::size_t index) const noexcept { return cells_[index]; }
  [[nodiscard]] Cell& operator[](std::size_t index) noexcept { return cells_[index]; }

  /// The cell of the server at this place; null if it has none.
  [[nodiscard]] const Cell* find(Place place) const noexcept {
    const std::size_t index = leading_ ? place : index_of(place);
    return index < places_.size() ? cells_ + index : nullptr;
  }
  [[nodiscard]] Cell* find(Place place) noexcept { return const_cast<Cell*>(std::as_const(*this).find(place)); }

  /// Whether each of the servers is a neighbour of all the others, which makes much of the work simpler.
  [[nodiscard]] bool mesh() const noexcept { return mesh_; }

 private:
  [[nodiscard]] std::size_t index_of(Place place) const noexcept {
    const auto found = std::lower_bound(places_.begin(), places_.end(), place);
    return found != places_.end() && *found == place ? static_cast<std::size_t>(found - places_.begin())
                                                     : places_.size();
  }

  Cell* cells_ = nullptr;
  std::span<const Place> places_;
  bool leading_ = false;
  bool mesh_ = false;
};

}  // namespace amibroker::replication
