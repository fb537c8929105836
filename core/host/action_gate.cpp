// SPDX-License-Identifier: Apache-2.0
#include "core/host/action_gate.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_name = 60;

}  // namespace

std::optional<std::string> ActionGate::refusal(std::string_view plugin, std::string_view action) {
  if (allowed_.has(action)) return std::nullopt;
  ++refused_;
  const std::string name = base::printable(action, longest_shown_name);
  if (const auto held_back = names_.add("request", name, std::chrono::steady_clock::now()))
    spdlog::warn(
        "plugin {} asked for the action {}, which is not sent, for allow in [plugin {}] does not name it: add it to "
        "allow if the plugin may do that ({} more since the last line)",
        plugin, name, plugin, *held_back);
  return "allow in [plugin " + std::string(plugin) + "] does not name the action " + name;
}

}  // namespace amibroker::host
