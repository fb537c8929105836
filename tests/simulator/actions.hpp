// SPDX-License-Identifier: Apache-2.0
//
// The AMI actions that a simulated server knows (Asterisk: main/manager.c, res_manager_devicestate.c,
// res_manager_presencestate.c). No I/O, not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/asterisk.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// What came of one action.
struct ActionResult {
  std::string name;             ///< as it was sent; empty where the frame was no action
  std::vector<Fields> replies;  ///< one, or a whole list; empty where the module refuses
  std::string refusal;          ///< why the module refuses, in our module's words
  std::string action_id;
  bool error = false;    ///< answered with an error, by Asterisk or by its module
  bool crashed = false;  ///< this Asterisk is dead now (the original module runs actions that Asterisk cannot)
  std::string written_key;    ///< of an accepted write: `Custom:…` or `CustomPresence:…`
  std::string written_value;  ///< as it was sent
  bool changed = false;       ///< by the write
  std::vector<Fields> events;  ///< to publish after the reply
};

/// Carries out the action in `frame`: Setvar, Ping, DeviceStateList, PresenceStateList, UserEvent, CoreStatus.
[[nodiscard]] ActionResult run_action(Asterisk& asterisk, Module module, std::string_view frame);

}  // namespace amibroker::sim
