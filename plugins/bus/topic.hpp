// SPDX-License-Identifier: Apache-2.0
//
// Topics of the bus: what an event is published under, and what a subscription asks the servers for. Pure functions,
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace amibroker::bus {

inline constexpr std::string_view event_prefix = "event/";
inline constexpr std::string_view lost_prefix = "lost/";
inline constexpr std::string_view server_prefix = "server/";

/// Longest name of an event, and of what a subscription may name, in bytes.
inline constexpr std::size_t longest_event_name = 100;
/// Longest subscription that is kept, in bytes.
inline constexpr std::size_t longest_subscription = 256;

/// Whether a text can be the name of an event: letters, digits, `_` and `-`. Others come only from a broken server, and
/// are not published: a slash or a control byte in a topic would mean something else to who reads it.
[[nodiscard]] bool is_event_name(std::string_view text) noexcept;

/// Makes `out` the topic of an event of the server with this section: `event/<section>/<name>`.
void make_event_topic(std::string& out, std::string_view section, std::string_view name);

/// What a subscription needs from the servers.
struct Wish {
  enum class Kind : std::uint8_t {
    nothing,  ///< no event can have such a topic
    all,      ///< topics of events of any name begin with it
    one,      ///< it names an event
  };
  Kind kind = Kind::nothing;
  std::string_view name{};  ///< of the one event; a part of the subscription
};

/// ZeroMQ compares the beginning: `event/`, `event/pbx1` and also the empty text mean all events, and
/// `event/pbx1/Hangup` means Hangup. Servers are asked by name, and know no beginnings of names, so what stands behind
/// the last slash is taken for a whole name.
[[nodiscard]] Wish wish_of(std::string_view subscription) noexcept;

}  // namespace amibroker::bus
