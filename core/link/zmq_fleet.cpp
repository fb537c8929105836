// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq_fleet.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/ami/printable.hpp"
#include "core/link/zmq_link.hpp"

namespace amibroker::link {
namespace {

// Two sockets and two monitors, each of the latter with a socket inside libzmq, and as many again while one
// connection is being closed and the next is opened.
constexpr int sockets_a_server = 12;
constexpr int sockets_to_spare = 64;

}  // namespace

ZmqFleet::ZmqFleet(EventLoop& loop, std::size_t servers, ZmqTimings timings) : loop_(loop), timings_(timings) {
  context_.set(zmq::ctxopt::max_sockets, static_cast<int>(servers) * sockets_a_server + sockets_to_spare);
  loop_.at_end_of_round([this] { end_round(); });
  ticker_ = loop_.every(timings_.tick, [this] { tick(); });
}

ZmqFleet::~ZmqFleet() {
  loop_.cancel(ticker_);
  loop_.at_end_of_round([] {});
}

void ZmqFleet::remove(ZmqLink& link) {
  std::erase(links_, &link);
  std::erase(to_send_, &link);
  std::erase(with_loss_, &link);
}

void ZmqFleet::end_round() {
  // First, because what plugins ask for then goes out in the same round.
  for (ZmqLink* link : with_loss_) link->tell_loss();
  with_loss_.clear();
  for (ZmqLink* link : to_send_) link->send_waiting();
  to_send_.clear();
}

void ZmqFleet::tick() {
  const auto now = loop_.now();
  for (ZmqLink* link : links_) link->tick(now);
}

void ZmqFleet::identify(ServerId id, const ServerConfig& server, std::string_view system_name) {
  if (system_name.empty()) return;
  const auto [found, inserted] = entry_by_system_name_.try_emplace(std::string(system_name), id, server.section);
  const auto& [other_id, other_section] = found->second;
  if (inserted || other_id == id) return;
  // In the order of the configuration, whichever of them answered first.
  const std::string& first = other_id < id ? other_section : server.section;
  const std::string& second = other_id < id ? server.section : other_section;
  spdlog::warn(
      "servers [{}] and [{}] both call themselves '{}': if they are the same Asterisk, remove one of them; if not, "
      "give each its own systemname in asterisk.conf",
      first, second, ami::printable(system_name, 80));
}

}  // namespace amibroker::link
