// SPDX-License-Identifier: Apache-2.0
//
// Native AMI: the manager interface that every Asterisk has.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/link/native/session.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link::native {

/// The decoders and the TLS contexts. `loop` outlives it, and it outlives the loop's last turn. Loop's thread only.
class NativeTransport final : public Transport {
 public:
  explicit NativeTransport(base::EventLoop& loop) : shared_{.loop = loop} {}
  NativeTransport(const NativeTransport&) = delete;
  NativeTransport& operator=(const NativeTransport&) = delete;

  [[nodiscard]] const WireTraits& traits() const noexcept override;
  [[nodiscard]] std::unique_ptr<Wire> connect(const ServerConfig& config, const std::string& address,
                                              const Interest& interest, WireListener& listener) override;
  [[nodiscard]] std::string_view refusal(std::string_view action) const noexcept override;
  EncodedPtr encode(const Action& action, std::uint64_t id) override;

  [[nodiscard]] const TlsContexts& contexts() const noexcept { return shared_.contexts; }

 private:
  Shared shared_;
};

/// `transport = ami`.
[[nodiscard]] TransportKind native_kind() noexcept;

}  // namespace amibroker::link::native
