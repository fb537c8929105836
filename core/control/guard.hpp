// SPDX-License-Identifier: Apache-2.0
//
// Whether a request is answered at all: who asks, and how he came here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/control/command.hpp"

namespace amibroker::control {

/// What a guard looks at. Texts of the client's, valid during the call; empty if the request does not have them.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view origin;
  std::string_view authorization;
  std::string_view cookie;
};

/// The request is answered.
struct Admitted {};

/// The client is sent to another address, with a cookie by which it is known from then on.
struct SentOn {
  std::string location;
  std::string cookie;
};

/// The guard of one client. Thread of the control socket.
class Guard {
 public:
  virtual ~Guard() = default;
  [[nodiscard]] virtual std::variant<Admitted, Failure, SentOn> judge(const RequestHead& head) const = 0;
  /// Whether the client may use commands of this level; why not, if not. Only of a request that was admitted.
  [[nodiscard]] virtual std::optional<Failure> refusal(Level level) const = 0;
  /// Who it is, for the log.
  [[nodiscard]] virtual std::string who() const = 0;
};

}  // namespace amibroker::control
