// SPDX-License-Identifier: Apache-2.0
//
// What a presentity's name says of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "amibroker/message.hpp"

namespace amibroker::presence_state {

enum class Kind : std::uint8_t {
  shared,    ///< `CustomPresence:100`: held alike by all servers; `name` is `100`
  native,    ///< `SIP:foo`: of one server; the others show it as `CustomPresence:SIP:foo`; `name` is `SIP:foo`
  shown,     ///< `CustomPresence:SIP:foo`: what the broker wrote for a native one; `name` is `SIP:foo`
  nameless,  ///< no presentity at all
};

struct Presentity {
  Kind kind;
  std::string_view name;  ///< what comes after `CustomPresence:` on a target
};

/// Reads the `Presentity` of an event.
///
/// Shown ones differ from shared ones in their form alone, because a memory of which native ones exist would be
/// empty after a start of the broker, just when a server that loads func_presencestate publishes all that it stores:
/// an old copy would then be spread to the native one's own server and stay there. Every native name holds a `:` or `/`
/// between provider and address (main/presencestate.c, ast_presence_state_helper), so a shared one may not.
[[nodiscard]] constexpr Presentity read_presentity(std::string_view presentity) noexcept {
  constexpr std::string_view provider = "CustomPresence:";
  const auto has_provider = [](std::string_view name) { return name.find_first_of(":/") != std::string_view::npos; };
  if (same_name(presentity.substr(0, provider.size()), provider)) {
    const std::string_view name = presentity.substr(provider.size());
    if (name.empty()) return {Kind::nameless, name};
    return {has_provider(name) ? Kind::shown : Kind::shared, name};
  }
  return {has_provider(presentity) ? Kind::native : Kind::nameless, presentity};
}

}  // namespace amibroker::presence_state
