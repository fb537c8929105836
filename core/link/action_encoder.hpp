// SPDX-License-Identifier: Apache-2.0
//
// Actions as messages for the module, made once for all servers that get the same one.
#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

#include "amibroker/action.hpp"

namespace amibroker::link {

/// Checks and encodes actions. A change of a phone is the same write on every other server: then the text is checked
/// and encoded for the first of them, and the others share its memory. ActionIDs count up over all servers, so that
/// one text can have the same on each. One thread.
class ActionEncoder {
 public:
  /// Makes this action the present one, with an ActionID above `above` (the link's last one). False: it must not be
  /// sent over ZeroMQ, and `refusal()` says why.
  [[nodiscard]] bool prepare(const Action& action, std::uint64_t above);

  [[nodiscard]] std::uint64_t action_id() const noexcept { return action_id_; }
  /// The present action, sharing its memory.
  [[nodiscard]] zmq::message_t message();
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  Action action_{""};
  std::uint64_t action_id_ = 0;
  zmq::message_t message_;
  std::string json_;  // reused
  std::string refusal_;
};

}  // namespace amibroker::link
