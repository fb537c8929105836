// SPDX-License-Identifier: Apache-2.0
#include "core/link/refused_actions.hpp"

#include <algorithm>
#include <array>

#include "amibroker/message.hpp"

namespace amibroker::link {

std::string_view refusal_over_zmq(std::string_view action) noexcept {
  static constexpr std::array<std::string_view, 10> needs_session{
      "GetVar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter", "Hangup", "Login", "Logoff"};
  const bool refused = std::any_of(needs_session.begin(), needs_session.end(),
                                   [&](std::string_view name) { return same_name(name, action); });
  if (!refused) return {};
  return "it needs an AMI session, which the ZeroMQ module has not; it would crash Asterisk";
}

}  // namespace amibroker::link
