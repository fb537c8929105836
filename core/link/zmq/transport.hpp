// SPDX-License-Identifier: Apache-2.0
//
// ZeroMQ, to the module res_zmq_manager.
#pragma once

#include <memory>
#include <string>
#include <zmq.hpp>

#include "core/ami/json_decoder.hpp"
#include "core/link/transport.hpp"
#include "core/link/zmq/socket_set.hpp"

namespace amibroker::link::zeromq {

/// The ZeroMQ context, its sockets and the decoders. Loop's thread only.
class ZmqTransport final : public Transport {
 public:
  /// `servers`: how many there are now.
  ZmqTransport(base::EventLoop& loop, std::size_t servers);
  ~ZmqTransport() override;
  ZmqTransport(const ZmqTransport&) = delete;
  ZmqTransport& operator=(const ZmqTransport&) = delete;

  [[nodiscard]] const WireTraits& traits() const noexcept override;
  [[nodiscard]] std::unique_ptr<Wire> connect(const ServerConfig& config, const std::string& address,
                                              const Interest& interest, WireListener& listener) override;
  [[nodiscard]] std::string_view refusal(std::string_view action) const noexcept override;
  EncodedPtr encode(const Action& action, std::uint64_t id) override;

 private:
  base::EventLoop& loop_;
  ::zmq::context_t context_;
  SocketSet sockets_;
  ami::JsonDecoder event_decoder_;
  ami::JsonDecoder answer_decoder_;
  std::string json_;  // reused
};

/// `transport = zmq`.
[[nodiscard]] TransportKind zmq_kind() noexcept;

}  // namespace amibroker::link::zeromq
