// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/listener.hpp"

namespace amibroker::bus {

void Listener::attempt(zmq::socket_t& socket) {
  const auto now = std::chrono::steady_clock::now();
  if (listens_ || (last_ && now - *last_ < pause)) return;
  last_ = now;
  if (zmq_bind(socket.handle(), endpoint_.c_str()) == 0) {
    listens_ = true;
    host_.log(Level::info, what_ + ": listens at " + endpoint_);
    return;
  }
  if (++attempts_ <= attempts_without_a_line) return;
  complaints_.add(Complaints::Kind::listen, what_ + ": cannot listen at " + endpoint_ + ": " +
                                                zmq_strerror(zmq_errno()) +
                                                ". It is tried again four times a second; 'ss -ltnp' shows who has a "
                                                "port, 'ip address' which addresses there are");
}

}  // namespace amibroker::bus
