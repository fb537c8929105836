// SPDX-License-Identifier: Apache-2.0
//
// The small words that replication is written in. The glossary is in docs/replication.md.
#pragma once

#include <chrono>
#include <cstdint>

#include "amibroker/host.hpp"
#include "amibroker/replication/medium.hpp"

namespace amibroker::replication {

/// A server's column in the tables, as a number from 0. The place of a server that was retired is given to the next new
/// one (see Places).
using Place = std::uint32_t;
inline constexpr Place no_place = 0xffffffffU;

/// Owner of a name that no server here brought.
inline constexpr ServerId no_server = 0xffffffffU;

/// A name that servers hold a value for, as a number from 0. That of a name which nobody needs any more is given to
/// another one.
using KeyId = std::uint32_t;
inline constexpr KeyId no_key = 0xffffffffU;

/// A value as a number; equal numbers are equal values.
using ValueId = std::uint32_t;
inline constexpr ValueId no_value = 0;          ///< nothing is wanted, or nothing is known
inline constexpr ValueId first_value = 1;       ///< of Medium::values: the neutral one
inline constexpr ValueId absent = 0xffffffffU;  ///< observed only: the server has no such name

using TimePoint = std::chrono::steady_clock::time_point;

/// Carries out writes. Implemented by the Distributor, and by tests.
class Writer {
 public:
  /// Starts to write `value` of `key` on `target`. Called on the loop's thread from inside the Replicator. The result
  /// comes back exactly once, later, through Replicator::completed, never from inside this call.
  virtual void write(Place target, KeyId key, ValueId value) noexcept = 0;

 protected:
  ~Writer() = default;
};

}  // namespace amibroker::replication
