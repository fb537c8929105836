// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq_fleet.hpp"

namespace amibroker::link {
namespace {

// Two sockets and two monitors, each of the latter with a socket inside libzmq, and as many again while one
// connection is being closed and the next is opened.
constexpr int sockets_a_server = 12;
constexpr int sockets_to_spare = 64;

}  // namespace

ZmqFleet::ZmqFleet(Fleet& fleet, std::size_t servers) : fleet_(fleet) {
  context_.set(zmq::ctxopt::max_sockets, static_cast<int>(servers) * sockets_a_server + sockets_to_spare);
  fleet_.loop().add(sockets_);
}

ZmqFleet::~ZmqFleet() { fleet_.loop().remove(sockets_); }

}  // namespace amibroker::link
