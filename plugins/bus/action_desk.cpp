// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/action_desk.hpp"

#include <utility>
#include <variant>

#include "plugins/bus/reply_text.hpp"

namespace amibroker::bus {
namespace {

constexpr int most_at_once = 100;  // so that one client does not keep the readers from their events
constexpr int most_waiting = 1000;
constexpr std::size_t most_frames = 3;  // who asks, perhaps an empty one, the text

std::string peer_of(const zmq::message_t& message) {
  const char* const address = zmq_msg_gets(const_cast<zmq::message_t&>(message).handle(), "Peer-Address");
  return address == nullptr ? "a client" : "a client at " + std::string(address);
}

}  // namespace

ActionDesk::ActionDesk(zmq::context_t& context, const Door& door, const Settings& settings, Host& host,
                       Complaints& complaints, Ask ask)
    : socket_(context, zmq::socket_type::router),
      allow_(settings.allow),
      ask_(std::move(ask)),
      requests_(host.counter("requests")),
      bad_(host.counter("bad requests")),
      not_allowed_(host.counter("actions not allowed")),
      complaints_(complaints) {
  door.prepare(socket_, settings.actions.value());
  socket_.set(zmq::sockopt::sndhwm, most_waiting);
  socket_.set(zmq::sockopt::rcvhwm, most_waiting);
  socket_.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(longest_request));
}

void ActionDesk::read() {
  for (int i = 0; i < most_at_once && read_one(); ++i) {
  }
}

bool ActionDesk::read_one() {
  zmq::message_t frame;
  if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return false;
  ++requests_;
  std::vector<std::string> frames{frame.to_string()};
  std::size_t count = 1;
  // All frames of a message are there once the first one is.
  for (; frame.more() && socket_.recv(frame, zmq::recv_flags::none); ++count)
    if (count < most_frames) frames.push_back(frame.to_string());
  const std::string peer = peer_of(frame);
  const bool has_empty_frame = count == 3 && frames[1].empty();
  if (count != 2 && !has_empty_frame) {
    ++bad_;
    complaints_.add(Complaints::Kind::request, peer + " sent a message of " + std::to_string(count - 1) +
                                                   " frames, which is dropped: send one frame with JSON");
    return true;
  }
  const std::string text = std::move(frames.back());
  frames.pop_back();
  serve(std::move(frames), text, peer);
  return true;
}

void ActionDesk::serve(std::vector<std::string> envelope, std::string_view text, const std::string& peer) {
  auto read = reader_.read(text);
  if (const auto* bad = std::get_if<BadRequest>(&read)) {
    ++bad_;
    complaints_.add(Complaints::Kind::request, peer + " sent a request that is refused: " + bad->why);
    return answer(envelope, refusal_text("", bad->action_id, Outcome::refused, bad->why));
  }
  auto& request = std::get<Request>(read);
  if (!allow_.has(request.action.name())) {
    ++not_allowed_;
    const std::string name(request.action.name());
    complaints_.add(Complaints::Kind::action, peer + " asked for the action " + name +
                                                  ", which is not sent: if clients may do that, add it to allow");
    return answer(envelope, refusal_text(request.server, request.action_id, Outcome::refused,
                                         "the action " + name + " is not in allow of the bus"));
  }
  if (under_way_ >= most_under_way) {
    complaints_.add(Complaints::Kind::full, "more than " + std::to_string(most_under_way) +
                                                " actions are under way, so that of " + peer +
                                                " is not sent: let clients wait for their answers");
    return answer(envelope, refusal_text(request.server, request.action_id, Outcome::not_sent,
                                         "too many actions are under way; ask again later"));
  }
  ++under_way_;
  ask_(std::move(envelope), std::move(request));
}

void ActionDesk::send(const Answer& one) {
  if (under_way_ > 0) --under_way_;
  answer(one.envelope, one.json);
}

void ActionDesk::answer(const std::vector<std::string>& envelope, const std::string& text) {
  for (const std::string& frame : envelope)
    if (!socket_.send(zmq::buffer(frame), zmq::send_flags::sndmore | zmq::send_flags::dontwait)) return;
  static_cast<void>(socket_.send(zmq::buffer(text), zmq::send_flags::dontwait));
}

}  // namespace amibroker::bus
