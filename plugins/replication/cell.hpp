// SPDX-License-Identifier: Apache-2.0
//
// What is known of one key on one server, and where all of these are kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "plugins/replication/echo_lists.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// One key on one server. A fleet has keys times servers of these, so it is small and owns nothing. All zero: nothing
/// is known.
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
  bool written : 1 = false;          ///< was ever written by us; `written_at_s` says when last
  // Of the server's snapshot that is being taken:
  bool wrote_since_asked : 1 = false;  ///< a write was sent or answered since the list was asked for
  bool heard_since_asked : 1 = false;  ///< an event came since the list was asked for
  bool shown_since_asked : 1 = false;  ///< of a one-way key: an event said since then what the server shows
  bool listed_own : 1 = false;         ///< the list had the server's own device
  bool listed_held : 1 = false;        ///< the list had the name that is written
};
static_assert(sizeof(Cell) <= 36, "300 bytes a device on a target are for everything, and this is the least of it");

/// All cells, key by key: an event touches one key on every server, so these lie side by side. Grows in blocks, so
/// that a new key costs no copy of the table.
class CellTable {
 public:
  /// A large fleet has room for some more servers from the start: widening its table stops the loop for long.
  explicit CellTable(std::size_t places) : places_(places), width_(places + places / 16) {}

  [[nodiscard]] std::size_t places() const noexcept { return places_; }
  [[nodiscard]] std::size_t keys() const noexcept { return keys_; }

  /// Adds the cells of the next key.
  void add_key() {
    if (keys_ % block_keys == 0) blocks_.push_back(std::make_unique<Cell[]>(block_keys * width_));
    ++keys_;
  }

  /// Adds a place to every row. Rows have room to spare, a quarter of what they hold, so that few of these copy the
  /// table.
  void add_place() {
    if (places_ == width_) widen(width_ + std::max<std::size_t>(4, width_ / 4));
    ++places_;
  }

  /// The cells of a key, one for each place. Valid until a place is added.
  [[nodiscard]] Cell* row(KeyId key) noexcept { return &blocks_[key / block_keys][key % block_keys * width_]; }
  [[nodiscard]] const Cell* row(KeyId key) const noexcept {
    return &blocks_[key / block_keys][key % block_keys * width_];
  }

 private:
  static constexpr std::size_t block_keys = 64;

  /// Block by block, so that the table is never there twice.
  void widen(std::size_t width) {
    for (std::unique_ptr<Cell[]>& block : blocks_) {
      auto wider = std::make_unique<Cell[]>(block_keys * width);
      for (std::size_t key = 0; key < block_keys; ++key)
        std::copy_n(&block[key * width_], places_, &wider[key * width]);
      block = std::move(wider);
    }
    width_ = width;
  }

  std::size_t places_;
  std::size_t width_;  ///< cells of a row, with those to spare
  std::size_t keys_ = 0;
  std::vector<std::unique_ptr<Cell[]>> blocks_;
};

}  // namespace amibroker::replication
