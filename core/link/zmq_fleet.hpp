// SPDX-License-Identifier: Apache-2.0
//
// What all ZeroMQ links share.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "amibroker/host.hpp"
#include "core/ami/json_decoder.hpp"
#include "core/link/action_encoder.hpp"
#include "core/link/event_loop.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::link {

class ZmqLink;

/// Time limits of the links; tests make them shorter.
struct ZmqTimings {
  std::chrono::milliseconds tick{20};             ///< how often deadlines are looked at
  std::chrono::milliseconds attempt{5'000};       ///< longest wait for a connection and the answer to its first Ping
  std::chrono::milliseconds ping_period{2'000};   ///< between two Pings
  std::chrono::milliseconds ping_timeout{5'000};  ///< a Ping without an answer for so long: the server is down
  std::chrono::milliseconds first_retry{100};     ///< see Backoff
  std::chrono::milliseconds last_retry{1'000};    ///< short, so that a server that is back is right within two seconds
};

/// The ZeroMQ context, the decoders, and the tick of all links; and the one place that notices two entries of the
/// configuration that reach the same Asterisk. Outlives the links. Loop's thread only.
class ZmqFleet {
 public:
  /// `servers`: how many links there will be; it decides how many sockets libzmq must allow.
  ZmqFleet(EventLoop& loop, std::size_t servers, ZmqTimings timings = {});
  ~ZmqFleet();
  ZmqFleet(const ZmqFleet&) = delete;
  ZmqFleet& operator=(const ZmqFleet&) = delete;

  void add(ZmqLink& link) { links_.push_back(&link); }
  void remove(ZmqLink& link);

  /// Lets the link send at the end of this round. What one round asks of a server then goes out together, which libzmq
  /// and the kernel carry for a fraction of the price of single messages.
  void send_soon(ZmqLink& link) { to_send_.push_back(&link); }
  /// Lets the link tell what it lost at the end of this round.
  void tell_loss_soon(ZmqLink& link) { with_loss_.push_back(&link); }

  /// A server said its system name. Warns where another entry said the same.
  void identify(ServerId id, const ServerConfig& server, std::string_view system_name);

  [[nodiscard]] EventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] zmq::context_t& context() noexcept { return context_; }
  [[nodiscard]] const ZmqTimings& timings() const noexcept { return timings_; }
  [[nodiscard]] ActionEncoder& encoder() noexcept { return encoder_; }
  /// Two decoders, for an event is still being looked at while a reply may come in.
  [[nodiscard]] ami::JsonDecoder& event_decoder() noexcept { return event_decoder_; }
  [[nodiscard]] ami::JsonDecoder& reply_decoder() noexcept { return reply_decoder_; }

 private:
  void tick();
  void end_round();

  EventLoop& loop_;
  ZmqTimings timings_;
  zmq::context_t context_;
  ActionEncoder encoder_;
  ami::JsonDecoder event_decoder_;
  ami::JsonDecoder reply_decoder_;
  std::vector<ZmqLink*> links_;
  std::vector<ZmqLink*> to_send_;
  std::vector<ZmqLink*> with_loss_;
  std::map<std::string, std::pair<ServerId, std::string>, std::less<>> entry_by_system_name_;
  TimerHandle ticker_;
};

}  // namespace amibroker::link
