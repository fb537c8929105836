// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/transport.hpp"

#include <algorithm>

#include "core/ami/json_encoder.hpp"
#include "core/link/zmq/access.hpp"
#include "core/link/zmq/encoded_message.hpp"
#include "core/link/zmq/refusals.hpp"
#include "core/link/zmq/wire.hpp"

namespace amibroker::link::zeromq {
namespace {

// Two sockets and two monitors, each of the latter with a socket inside libzmq, and as many again while one
// connection is being closed and the next is opened.
constexpr std::size_t sockets_a_server = 12;
// libzmq takes the number only at its start, and servers may come later; it costs 8 bytes a socket.
constexpr std::size_t servers_to_come = 2000;

constexpr std::string_view keys[] = {"cmd_port", "evt_port", "curve_server_key", "curve_secret_file"};

}  // namespace

ZmqTransport::ZmqTransport(base::EventLoop& loop, std::size_t servers) : loop_(loop) {
  context_.set(::zmq::ctxopt::max_sockets, static_cast<int>((servers + servers_to_come) * sockets_a_server));
  loop_.add(sockets_);
}

ZmqTransport::~ZmqTransport() { loop_.remove(sockets_); }

const WireTraits& ZmqTransport::traits() const noexcept {
  // Events come on a socket of their own: they say nothing of the one that answers.
  static constexpr WireTraits traits{
      .window = 1024, .answers_without_id = true, .events_show_life = false, .bytes = ami::Bytes::utf8};
  return traits;
}

std::unique_ptr<Wire> ZmqTransport::connect(const ServerConfig& config, const std::string& address,
                                            const Interest& interest, WireListener& listener) {
  const auto& access = dynamic_cast<const ZmqAccess&>(*config.access);
  return std::make_unique<ZmqWire>(Shared{loop_, context_, sockets_, event_decoder_, answer_decoder_}, address, access,
                                   config.trace, interest, listener);
}

std::string_view ZmqTransport::refusal(std::string_view action) const noexcept { return refusal_over_zmq(action); }

EncodedPtr ZmqTransport::encode(const Action& action, std::uint64_t id) {
  ami::encode_json(action, id, json_);
  return EncodedPtr(new EncodedMessage(json_));
}

TransportKind zmq_kind() noexcept {
  return {.name = "zmq",
          .about = "the module res_zmq_manager",
          .keys = keys,
          .read = read_access,
          .make = [](base::EventLoop& loop, std::size_t servers) -> std::unique_ptr<Transport> {
            return std::make_unique<ZmqTransport>(loop, servers);
          }};
}

}  // namespace amibroker::link::zeromq
