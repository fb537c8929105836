// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/publisher.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "plugins/bus/topic.hpp"

namespace amibroker::bus {
namespace {

constexpr int most_at_once = 256;  // so that a reader that only subscribes does not keep the others from their events
constexpr std::int64_t longest_message = 1024;

}  // namespace

Publisher::Publisher(zmq::context_t& context, const Door& door, const Settings& settings, std::string run, Host& host,
                     Complaints& complaints)
    : socket_(context, zmq::socket_type::xpub),
      run_(std::move(run)),
      published_(host.counter("published")),
      refused_(host.counter("subscriptions refused")),
      complaints_(complaints) {
  door.prepare(socket_, settings.events.value());
  socket_.set(zmq::sockopt::xpub_verbose, 1);  // a further reader of server/ is told what the others know
  socket_.set(zmq::sockopt::sndhwm, settings.queue);
  socket_.set(zmq::sockopt::maxmsgsize, longest_message);  // of what readers send, which is subscriptions
}

void Publisher::read() {
  zmq::message_t message;
  for (int i = 0; i < most_at_once && socket_.recv(message, zmq::recv_flags::dontwait); ++i) {
    switch (subscriptions_.take(message.to_string_view())) {
      case Subscriptions::Result::changed: changed_ = true; break;
      case Subscriptions::Result::unchanged: break;
      case Subscriptions::Result::refused:
        ++refused_;
        complaints_.add(Complaints::Kind::subscription,
                        "a subscription of a reader is not served: it is longer than " +
                            std::to_string(longest_subscription) + " bytes, or there are " +
                            std::to_string(Subscriptions::most) + " already; let readers subscribe to event/SERVER/");
        break;
    }
  }
}

void Publisher::send(const Published& message) {
  const std::string number = std::to_string(message.number);
  constexpr auto more = zmq::send_flags::sndmore;
  socket_.send(zmq::buffer(message.topic), more);
  socket_.send(zmq::buffer(number), more);
  socket_.send(zmq::buffer(message.json), more);
  socket_.send(zmq::buffer(run_), zmq::send_flags::none);
  ++published_;
}

std::shared_ptr<const Wanted> Publisher::changed_wanted() {
  if (!std::exchange(changed_, false)) return nullptr;
  return subscriptions_.wanted();
}

}  // namespace amibroker::bus
