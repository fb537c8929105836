// SPDX-License-Identifier: Apache-2.0
//
// A server over ZeroMQ and the broker's side of it, both on one loop, so that each test says what comes when.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ami/json_decoder.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/transport.hpp"
#include "core/link/zmq/access.hpp"
#include "core/link/zmq/socket_set.hpp"
#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/one_server.hpp"

namespace amibroker::link::zeromq {

/// The server's two sockets. Each request is given to `on_request`, which answers with `reply`, now or later.
class ZmqPeer {
 public:
  struct Request {
    std::string identity;
    std::string action;
    std::string id;
    std::string json;
  };

  explicit ZmqPeer(base::EventLoop& loop) : loop_(loop) {
    loop_.add(sockets_);
    open("tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
  }
  ~ZmqPeer() {
    close();
    loop_.remove(sockets_);
  }

  void open(const std::string& commands, const std::string& events) {
    router_ = ::zmq::socket_t(context_, ZMQ_ROUTER);
    pub_ = ::zmq::socket_t(context_, ZMQ_XPUB);
    router_.set(::zmq::sockopt::linger, 0), pub_.set(::zmq::sockopt::linger, 0);
    router_.bind(commands), pub_.bind(events);
    topics.clear(), subscriptions.clear();
    command_address = router_.get(::zmq::sockopt::last_endpoint);
    event_address = pub_.get(::zmq::sockopt::last_endpoint);
    router_handle_ = sockets_.attach(router_, [this](int) { return drain_router(); });
    pub_handle_ = sockets_.attach(pub_, [this](int) { return drain_pub(); });
  }
  void close() {
    if (!router_) return;
    sockets_.detach(router_handle_), sockets_.detach(pub_handle_);
    router_.close(), pub_.close();
  }

  void publish(const std::string& frame, bool more = false) {
    sockets_.mark(pub_handle_);
    pub_.send(::zmq::buffer(frame), more ? ::zmq::send_flags::sndmore : ::zmq::send_flags::none);
  }
  /// Sends exactly these frames after the identity.
  void send_frames(const Request& to, const std::vector<std::string>& frames) {
    sockets_.mark(router_handle_);
    router_.send(::zmq::buffer(to.identity), ::zmq::send_flags::sndmore);
    for (std::size_t i = 0; i < frames.size(); ++i)
      router_.send(::zmq::buffer(frames[i]),
                   i + 1 < frames.size() ? ::zmq::send_flags::sndmore : ::zmq::send_flags::none);
  }
  void reply(const Request& to, const std::string& json) { send_frames(to, {"", json}); }
  void succeed(const Request& to) { reply(to, R"([{"Response":"Success","ActionID":")" + to.id + R"("}])"); }

  std::function<void(const Request&)> on_request = [this](const Request& r) { succeed(r); };
  std::function<void()> on_subscription;
  std::string command_address;
  std::string event_address;
  std::vector<std::string> topics;         // subscribed to now, in the order in which they came
  std::vector<std::string> subscriptions;  // everything that was said: +topic, -topic
  std::vector<Request> requests;           // but Pings and CoreSettings

 private:
  bool drain_router() {
    ::zmq::message_t identity, empty, body;
    if (!router_.recv(identity, ::zmq::recv_flags::dontwait)) return false;
    EXPECT_TRUE(router_.recv(empty, ::zmq::recv_flags::dontwait) && empty.size() == 0);
    EXPECT_TRUE(router_.recv(body, ::zmq::recv_flags::dontwait) && !body.more());
    Request request{identity.to_string(), "", "", body.to_string()};
    const Message* message = decoder_.decode_event(request.json);
    EXPECT_NE(message, nullptr) << decoder_.error();
    if (message == nullptr) return true;
    request.action = (*message)["Action"], request.id = (*message)["ActionID"];
    if (request.action != "Ping" && request.action != "CoreSettings") requests.push_back(request);
    on_request(request);
    return true;
  }
  bool drain_pub() {
    ::zmq::message_t message;
    if (!pub_.recv(message, ::zmq::recv_flags::dontwait)) return false;
    if (message.size() == 0) return true;
    const std::string topic = message.to_string().substr(1);
    if (message.data<char>()[0] == 1) {
      topics.push_back(topic);
    } else {
      std::erase(topics, topic);
    }
    subscriptions.push_back((message.data<char>()[0] == 1 ? "+" : "-") + topic);
    if (on_subscription) on_subscription();
    return true;
  }

  base::EventLoop& loop_;
  SocketSet sockets_;
  ::zmq::context_t context_;
  ::zmq::socket_t router_;
  ::zmq::socket_t pub_;
  SocketSet::Handle router_handle_ = 0;
  SocketSet::Handle pub_handle_ = 0;
  ami::JsonDecoder decoder_;
};

class ZmqTest : public base::LoopTest {
 public:
  static std::uint16_t port_of(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  static ServerConfig config_of(std::uint16_t cmd_port, std::uint16_t evt_port) {
    const auto access = std::make_shared<ZmqAccess>();
    access->cmd_port = cmd_port, access->evt_port = evt_port;
    return {.section = "server-1",
            .name = "Console 1",
            .addr = "127.0.0.1",
            .transport = find_transport("zmq"),
            .access = access};
  }
  static ServerConfig config_of(const ZmqPeer& peer) {
    return config_of(port_of(peer.command_address), port_of(peer.event_address));
  }

 protected:
  static constexpr std::chrono::milliseconds long_time{60'000};
  static constexpr std::size_t window = 1024;

  void start(ServerTimings timings = {}) { start(config_of(peer), timings); }
  void start(const ServerConfig& config, ServerTimings timings) {
    server = std::make_unique<OneServer>(loop, recorder, config, timings);
  }
  void start_and_come_up(ServerTimings timings = {}) {
    start(timings);
    ASSERT_TRUE(run_until([&] { return server->up() && peer.topics == everything; }));
  }
  void ask(const std::string& name = "Setvar", std::chrono::milliseconds timeout = long_time, Owner owner = 3) {
    server->request(Action(name), timeout, owner, nullptr);
  }

  const std::vector<std::string> everything{""};
  ZmqPeer peer{loop};
  Recorder recorder;
  std::unique_ptr<OneServer> server;
};

}  // namespace amibroker::link::zeromq
