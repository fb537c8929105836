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
  ValueId desired = no_value;    ///< what the server should hold; no_value: nothing was ever wanted
  ValueId observed = no_value;   ///< what it is known to hold; no_value: unknown
  ValueId in_flight = no_value;  ///< what is being written; no_value: nothing is
  KeyId next_queued = no_key;    ///< next key in the server's waiting line
  EchoLists::Id echoes = EchoLists::none;
  bool queued : 1 = false;    ///< waits in the server's line for a place in the window
  bool resting : 1 = false;   ///< not written before its timer runs out, unless something new is desired
  bool timed : 1 = false;     ///< has an entry in the retry queue
  bool rejected : 1 = false;  ///< the server does not take `desired`; not written before that changes
  bool echoed : 1 = false;    ///< the echo of the write in flight was seen before its reply
  bool written : 1 = false;   ///< was ever written by us; `written_at_s` says when last
  std::uint8_t failures = 0;  ///< attempts in a row without a known outcome; sets the back-off
  std::uint16_t written_at_s = 0;  ///< seconds of the clock, modulo 2^16
};
static_assert(sizeof(Cell) <= 24, "300 bytes a device on a target are for everything, and this is the least of it");

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
  [[nodiscard]] Cell* row(KeyId key) noexcept {
    return &blocks_[key / block_keys][key % block_keys * servers_];
  }
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
