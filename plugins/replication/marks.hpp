// SPDX-License-Identifier: Apache-2.0
//
// How brokers that share servers see each other: by events that each has its servers publish.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/message.hpp"

namespace amibroker::replication {

/// One life of one plugin of a broker. Those that began earlier are less.
struct Life {
  std::uint64_t began_us = 0;  ///< by the clock of its machine, since 1970
  std::uint32_t salt = 0;      ///< tells apart what began in the same microsecond
  friend auto operator<=>(const Life&, const Life&) = default;
};

/// A life that begins now.
[[nodiscard]] Life begin_life();
/// `1764439200000000.1f2e3d4c`
[[nodiscard]] std::string text_of(const Life& life);

/// The name of the UserEvent that marks and fences are.
inline constexpr std::string_view broker_event = "zmq-ami-broker";

/// What a broker says of itself. `section` is valid as long as what it was read from.
struct Mark {
  Life life;
  std::uint64_t number = 0;    ///< of this life's marks on this server: 1, 2, ...
  std::uint64_t fleet = 0;     ///< equal for brokers that are to do the same (FleetSign)
  std::string_view section{};  ///< what it calls the server
  std::uint32_t reach = 0;     ///< servers that it reaches
  bool leads = false;          ///< whether it writes to this server
};

/// Adds a mark to an action `UserEvent`.
void add_mark(Action& action, std::string_view plugin, const Mark& mark);

/// The mark of that plugin, of whatever broker, in a UserEvent; nothing if it has none, or one that is not well formed.
[[nodiscard]] std::optional<Mark> read_mark(std::string_view plugin, const Message& event);

/// A number for everything in which two brokers must be alike to stand in for each other (FNV-1a, 64 bits).
class FleetSign {
 public:
  void add(std::string_view text) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace amibroker::replication
