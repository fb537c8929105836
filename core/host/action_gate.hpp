// SPDX-License-Identifier: Apache-2.0
//
// What a plugin asks for and is not allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/dispatch/fault_table.hpp"
#include "core/host/allowed_actions.hpp"

namespace amibroker::host {

/// Stands before the actions of one plugin, in the daemon even if the plugin has a process of its own. Loop's thread.
class ActionGate {
 public:
  /// From now on.
  void set(const AllowedActions& allowed) { allowed_ = allowed; }

  /// Nothing if the action is allowed. Otherwise why it is not, for the plugin; it is counted, and has a line in the
  /// log, each name at most once a minute.
  [[nodiscard]] std::optional<std::string> refusal(std::string_view plugin, std::string_view action);

  /// How often there was a refusal.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  AllowedActions allowed_;
  dispatch::FaultTable names_;  // which bounds the lines
  std::uint64_t refused_ = 0;
};

}  // namespace amibroker::host
