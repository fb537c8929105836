// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/door.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace amibroker::bus {
namespace {

constexpr std::size_t key_bytes = 32;

/// The key as people write it down.
std::string written(std::string_view key) {
  std::array<char, 41> text{};
  if (key.size() != key_bytes) return "that is no key";
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
  return text.data();
}

std::string bytes_of(const std::string& key) {
  std::array<std::uint8_t, key_bytes> bytes{};
  if (zmq_z85_decode(bytes.data(), key.c_str()) == nullptr) throw zmq::error_t();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Door::Door(zmq::context_t& context, const Settings& settings, Host& host, Complaints& complaints)
    : secret_key_(settings.curve_secret), refused_(host.counter("keys refused")), complaints_(complaints) {
  if (secret_key_.empty()) return;
  for (const std::string& key : settings.curve_clients) clients_.insert(bytes_of(key));
  questions_.emplace(context, zmq::socket_type::rep);
  questions_->set(zmq::sockopt::linger, 0);
  questions_->bind("inproc://zeromq.zap.01");
}

void Door::prepare(zmq::socket_t& socket, const Endpoint& endpoint) const {
  socket.set(zmq::sockopt::linger, 0);
  // Not always: IPv4 peers of such a socket have addresses that nobody writes that way (::ffff:127.0.0.1).
  socket.set(zmq::sockopt::ipv6, endpoint.address == "*" || endpoint.address.find(':') != endpoint.address.npos);
  // A reader that stands still is no dead one, so the kernels ask each other, not the programs.
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, 60);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, 10);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, 3);
  if (secret_key_.empty()) return;
  socket.set(zmq::sockopt::curve_server, 1);
  socket.set(zmq::sockopt::curve_secretkey, secret_key_);
  socket.set(zmq::sockopt::zap_domain, "bus");
}

bool Door::lets_in(std::string_view mechanism, std::string_view credentials) const {
  return mechanism == "CURVE" && clients_.find(credentials) != clients_.end();
}

void Door::read() {
  // version, request, domain, address, identity, mechanism, credentials
  constexpr std::size_t parts = 7;
  std::vector<std::string> asked;
  zmq::message_t frame;
  if (!questions_->recv(frame, zmq::recv_flags::dontwait)) return;
  asked.push_back(frame.to_string());
  while (frame.more() && questions_->recv(frame, zmq::recv_flags::none)) asked.push_back(frame.to_string());
  const bool ok = asked.size() == parts && lets_in(asked[5], asked[6]);
  if (!ok) {
    ++refused_;
    const bool is_whole = asked.size() == parts;
    complaints_.add(Complaints::Kind::key, (is_whole ? asked[3] : "somebody") + " has the key " +
                                               (is_whole ? written(asked[6]) : "") +
                                               ", which is not let in: if it may, add it to curve_clients");
  }
  asked.resize(parts);
  const std::array<std::string, 6> answer{"1.0", asked[1], ok ? "200" : "400", ok ? "OK" : "not in curve_clients",
                                          "",    ""};
  for (std::size_t i = 0; i < answer.size(); ++i)
    questions_->send(zmq::buffer(answer[i]), i + 1 < answer.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

}  // namespace amibroker::bus
