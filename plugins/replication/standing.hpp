// SPDX-License-Identifier: Apache-2.0
//
// How one lamp of one server stands, for people.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

enum class Standing : std::uint8_t {
  elsewhere,  ///< the server has nothing to do with the name
  origin,     ///< it is the server's own
  right,      ///< it holds what it should
  in_flight,  ///< the write is under way
  waiting,    ///< the write is to come
  refused,    ///< the server does not take it
  held,       ///< the same, and the server is held for maintenance
  down,       ///< the server is out of reach, and what it should hold is not what it held last
};

/// `right`, `in_flight`, ...
[[nodiscard]] std::string_view word_of(Standing standing) noexcept;
/// The letter of the board: `o r f w x h d`, and `.` for elsewhere.
[[nodiscard]] char letter_of(Standing standing) noexcept;
/// Whether it is neither right nor somebody else's.
[[nodiscard]] constexpr bool is_wrong(Standing standing) noexcept { return standing >= Standing::in_flight; }

/// How the cell `index` of a row stands.
[[nodiscard]] Standing standing_of(const Row& row, std::size_t index, const Replicator& replicator);
/// Why a wrong one is not right yet, as half a sentence; empty if there is nothing to say.
[[nodiscard]] std::string_view why_not_yet(KeyId key, const Row& row, std::size_t index, const Replicator& replicator);

}  // namespace amibroker::replication
