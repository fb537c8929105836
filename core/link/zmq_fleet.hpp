// SPDX-License-Identifier: Apache-2.0
//
// What all ZeroMQ links share.
#pragma once

#include <cstddef>
#include <zmq.hpp>

#include "core/ami/json_decoder.hpp"
#include "core/link/action_encoder.hpp"
#include "core/link/fleet.hpp"
#include "core/link/socket_set.hpp"

namespace amibroker::link {

/// The ZeroMQ context and the codecs. Outlives the links. Loop's thread only.
class ZmqFleet {
 public:
  /// `servers`: how many ZeroMQ links there will be; it decides how many sockets libzmq must allow.
  ZmqFleet(Fleet& fleet, std::size_t servers);
  ~ZmqFleet();
  ZmqFleet(const ZmqFleet&) = delete;
  ZmqFleet& operator=(const ZmqFleet&) = delete;

  [[nodiscard]] Fleet& all() noexcept { return fleet_; }
  [[nodiscard]] zmq::context_t& context() noexcept { return context_; }
  [[nodiscard]] SocketSet& sockets() noexcept { return sockets_; }
  [[nodiscard]] ActionEncoder& encoder() noexcept { return encoder_; }
  /// Two decoders, for an event is still being looked at while a reply may come in.
  [[nodiscard]] ami::JsonDecoder& event_decoder() noexcept { return event_decoder_; }
  [[nodiscard]] ami::JsonDecoder& reply_decoder() noexcept { return reply_decoder_; }

 private:
  Fleet& fleet_;
  zmq::context_t context_;
  SocketSet sockets_;
  ActionEncoder encoder_;
  ami::JsonDecoder event_decoder_;
  ami::JsonDecoder reply_decoder_;
};

}  // namespace amibroker::link
