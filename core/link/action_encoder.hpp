// SPDX-License-Identifier: Apache-2.0
//
// Actions as a wire sends them, made once for all servers that get the same one.
#pragma once

#include <cstdint>
#include <string>

#include "amibroker/action.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

/// Checks and encodes actions for the servers of one transport. A change of a phone is the same write on every other
/// server: then it is checked and encoded for the first of them, and the others share it. ActionIDs count up over all
/// servers, so that one action can have the same on each. One thread.
class ActionEncoder {
 public:
  /// The transport outlives the encoder.
  explicit ActionEncoder(Transport& transport) : transport_(transport) {}

  /// Makes this action the present one, with an ActionID above `above` (the server's last one). False: it must not be
  /// sent over this transport, and `refusal()` says why.
  [[nodiscard]] bool prepare(const Action& action, std::uint64_t above);

  [[nodiscard]] std::uint64_t action_id() const noexcept { return action_id_; }
  /// The present action.
  [[nodiscard]] const EncodedPtr& encoded() const noexcept { return encoded_; }
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  Transport& transport_;
  Action action_{""};
  std::uint64_t action_id_ = 0;
  EncodedPtr encoded_;
  std::string refusal_;
};

}  // namespace amibroker::link
