// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/refusals.hpp"

#include <algorithm>
#include <array>

#include "amibroker/message.hpp"

namespace amibroker::link::native {

std::string_view refusal_of(std::string_view action) noexcept {
  static constexpr std::array<std::string_view, 6> changes_session{"Challenge", "Events", "Filter",
                                                                   "Login",     "Logoff", "WaitEvent"};
  const bool is_refused = std::any_of(changes_session.begin(), changes_session.end(),
                                      [&](std::string_view name) { return same_name(name, action); });
  if (!is_refused) return {};
  return "it would change, block or end the AMI session that all plugins share; subscribe to events instead";
}

}  // namespace amibroker::link::native
