// SPDX-License-Identifier: Apache-2.0
//
// An event on its way from a wire to the dispatcher, decoded only when somebody wants it.
#pragma once

#include <string_view>

#include "amibroker/message.hpp"

namespace amibroker::ami {

/// One event as it arrived. Belongs to the link and lives only during the call that hands it over.
class EventFrame {
 public:
  /// The event's name, never empty.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// The whole event, decoded at the first call; null if it cannot be read (the server counts and logs that).
  /// The message is valid until the frame's end of life.
  [[nodiscard]] virtual const Message* message() = 0;

 protected:
  ~EventFrame() = default;
};

}  // namespace amibroker::ami
