// SPDX-License-Identifier: Apache-2.0
#include "core/link/refused_actions.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "amibroker/message.hpp"

namespace amibroker::link {

namespace {

bool is_among(std::span<const std::string_view> names, std::string_view action) noexcept {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return same_name(name, action); });
}

}  // namespace

std::string_view refusal_over_zmq(std::string_view action) noexcept {
  static constexpr std::array<std::string_view, 10> needs_session{
      "GetVar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter", "Hangup", "Login", "Logoff"};
  if (!is_among(needs_session, action)) return {};
  return "it needs an AMI session, which the ZeroMQ module has not; it would crash Asterisk";
}

std::string_view refusal_over_ami(std::string_view action) noexcept {
  static constexpr std::array<std::string_view, 6> changes_session{"Challenge", "Events", "Filter",
                                                                   "Login",     "Logoff", "WaitEvent"};
  if (!is_among(changes_session, action)) return {};
  return "it would change, block or end the AMI session that all plugins share; subscribe to events instead";
}

}  // namespace amibroker::link
