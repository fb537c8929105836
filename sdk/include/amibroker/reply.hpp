// SPDX-License-Identifier: Apache-2.0
//
// What became of an action. Since ABI 1.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "amibroker/message.hpp"

namespace amibroker {

/// What is known about an action that was requested.
enum class Outcome : std::uint8_t {
  success,   ///< Asterisk answered Success, or with a list.
  error,     ///< Asterisk answered Error; Reply::text says why. Asking again changes nothing.
  refused,   ///< Never sent: the broker does not send such an action, or not to that server; Reply::text says why.
  not_sent,  ///< Never sent: the server is down, or too much waits for it already. Safe to ask again.
  unknown,   ///< Sent, but no answer came in time or the connection broke: it may have run or not.
};

/// The word for an outcome in logs.
[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::success: return "success";
    case Outcome::error: return "error";
    case Outcome::refused: return "refused";
    case Outcome::not_sent: return "not sent";
    case Outcome::unknown: return "outcome unknown";
  }
  return "?";
}

/// The answer to one action. All views are valid only during the call of the completion.
struct Reply {
  Outcome outcome = Outcome::unknown;
  std::string_view text;              ///< Asterisk's `Message`, or the broker's reason.
  std::span<const Message> messages;  ///< The answer first, then the items of a list; empty if none came.

  [[nodiscard]] bool ok() const noexcept { return outcome == Outcome::success; }
};

/// Called exactly once for each request, on the loop's thread, never from inside `Host::request`; not at all once the
/// plugin was stopped. A lambda that captures at most two pointers costs no allocation.
using Completion = std::function<void(const Reply&)>;

}  // namespace amibroker
