// SPDX-License-Identifier: Apache-2.0
//
// The AMI actions that a simulated server knows (Asterisk: main/manager.c, res_manager_devicestate.c,
// res_manager_presencestate.c, res_mwi_external_ami.c). No I/O, not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/asterisk.hpp"
#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// What came of one action.
struct ActionResult {
  std::string name;             ///< as it was sent; empty if the frame was no action
  std::vector<Fields> replies;  ///< one, or a whole list; empty if the module refuses
  std::string refusal;          ///< why the module refuses, in our module's words
  std::string action_id;
  bool error = false;          ///< answered with an error, by Asterisk or by its module
  bool crashed = false;        ///< this Asterisk is dead now (the original module runs actions that Asterisk cannot)
  std::string written_key;     ///< of an accepted write: `Custom:…`, `CustomPresence:…`, or the mailbox
  std::string written_value;   ///< as it was sent
  bool changed = false;        ///< by the write
  std::vector<Fields> events;  ///< to publish after the reply
  std::vector<Fields> events_to_sender;  ///< native AMI: only for the session that asked, right after the reply
  bool ends_session = false;             ///< native AMI: the connection is closed after the reply
};

/// The action that `result.name` names: one of the table in actions.cpp. Any other one, and one whose module is not
/// loaded, is refused. `result` has its name and its ActionID already.
void run_action(Asterisk& asterisk, const Fields& action, ActionResult& result);

/// The answer is a success or an error with this `Message`.
void acknowledge(ActionResult& result, std::string_view message);
void deny(ActionResult& result, std::string_view message);
/// The first headers of an answer: `Response`, and `ActionID` if there is one.
[[nodiscard]] Fields answer(std::string_view response, const ActionResult& result);

/// Carries out the action in `frame` as a module does it.
[[nodiscard]] ActionResult run_action(Asterisk& asterisk, Module module, std::string_view frame);

}  // namespace amibroker::sim
