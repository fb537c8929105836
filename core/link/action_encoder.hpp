// SPDX-License-Identifier: Apache-2.0
//
// Actions as bytes of a wire, made once for all servers that get the same one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "amibroker/action.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

/// Checks and encodes actions for the servers of one transport. A change of a phone is the same write on every other
/// server: then the text is checked and encoded for the first of them, and the others share its memory. ActionIDs count
/// up over all servers, so that one text can have the same on each. One thread.
class ActionEncoder {
 public:
  /// The transport outlives the encoder.
  explicit ActionEncoder(const Transport& transport) : transport_(transport) {}

  /// Makes this action the present one, with an ActionID above `above` (the server's last one). False: it must not be
  /// sent over this transport, and `refusal()` says why.
  [[nodiscard]] bool prepare(const Action& action, std::uint64_t above);

  [[nodiscard]] std::uint64_t action_id() const noexcept { return action_id_; }
  /// The present action.
  [[nodiscard]] const std::shared_ptr<const std::string>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  const Transport& transport_;
  Action action_{""};
  std::uint64_t action_id_ = 0;
  std::shared_ptr<const std::string> bytes_;
  std::string text_;  // reused
  std::string refusal_;
};

}  // namespace amibroker::link
