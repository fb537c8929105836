// SPDX-License-Identifier: Apache-2.0
//
// What an answer to an action says of rights and modules.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "amibroker/message.hpp"

namespace amibroker::doctor {

struct Reply {
  enum class Kind : std::uint8_t {
    none,     ///< no answer came
    success,  ///<
    denied,   ///< the account lacks the right
    no_such,  ///< Asterisk has no such action: the module that brings it is not loaded
    refused,  ///< another error
  };
  Kind kind = Kind::none;
  std::string message{};  ///< `Message:` of the answer, fit for a line

  [[nodiscard]] bool is(Kind wanted) const noexcept { return kind == wanted; }
};

/// `messages`: as link::WireListener::on_answer has them. The texts are those of main/manager.c, of our module, and of
/// the original one, whose only error is "Internal error.".
[[nodiscard]] Reply read_reply(std::span<const Message> messages);

}  // namespace amibroker::doctor
