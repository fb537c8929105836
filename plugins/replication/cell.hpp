// SPDX-License-Identifier: Apache-2.0
//
// What is known of one key on one server, and where all of these are kept.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "plugins/replication/echo_lists.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// One key on one server. A fleet has keys times servers of these, so it is small and owns nothing.
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
  bool waits_live : 1 = false;       ///< stands in the server's line of live changes
  bool waits_dump : 1 = false;       ///< stands in the server's line of all else
  bool resting : 1 = false;          ///< not written before its timer runs out, unless something new is desired
  bool timed : 1 = false;            ///< has an entry in the retry queue
  bool rejected : 1 = false;         ///< the server does not take `desired`; not written before that changes
  bool echoed : 1 = false;           ///< the echo of the write in flight was seen before its reply
  bool written : 1 = false;          ///< was ever written by us; `written_at_s` says when last
  // Of the server's snapshot that is being taken:
  bool stirred : 1 = false;      ///< a write was sent or answered since the list was asked for
  bool news : 1 = false;         ///< an event came since the list was asked for
  bool listed_own : 1 = false;   ///< the list had the server's own device
  bool listed_held : 1 = false;  ///< the list had the name that is written
};
static_assert(sizeof(Cell) <= 36, "300 bytes a device on a target are for everything, and this is the least of it");

/// All cells, key by key: an event touches one key on every server, so these lie side by side. Grows in blocks, which
/// never move, so that a new key costs no copy of the table.
class CellTable {
 public:
  explicit CellTable(std::size_t servers) : servers_(servers) {}

  [[nodiscard]] std::size_t servers() const noexcept { return servers_; }
  [[nodiscard]] std::size_t keys() const noexcept { return keys_; }

  /// Adds the cells of the next key.
  void add_key() {
    if (keys_ % block_keys == 0) blocks_.push_back(std::make_unique<Cell[]>(block_keys * servers_));
    ++keys_;
  }

  /// The cells of a key, one for each server. Stable.
  [[nodiscard]] Cell* row(KeyId key) noexcept { return &blocks_[key / block_keys][key % block_keys * servers_]; }
  [[nodiscard]] const Cell* row(KeyId key) const noexcept {
    return &blocks_[key / block_keys][key % block_keys * servers_];
  }

 private:
  static constexpr std::size_t block_keys = 64;
  std::size_t servers_;
  std::size_t keys_ = 0;
  std::vector<std::unique_ptr<Cell[]>> blocks_;
};

}  // namespace amibroker::replication
