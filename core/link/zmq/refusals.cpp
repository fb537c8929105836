// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/refusals.hpp"

#include <algorithm>
#include <array>

#include "amibroker/message.hpp"

namespace amibroker::link::zeromq {

std::string_view refusal_over_zmq(std::string_view action) noexcept {
  static constexpr std::array<std::string_view, 10> needs_session{
      "GetVar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter", "Hangup", "Login", "Logoff"};
  const auto is_it = [action](std::string_view name) { return same_name(name, action); };
  if (std::none_of(needs_session.begin(), needs_session.end(), is_it)) return {};
  return "it needs an AMI session, which the ZeroMQ module does not have; it would crash Asterisk";
}

}  // namespace amibroker::link::zeromq
