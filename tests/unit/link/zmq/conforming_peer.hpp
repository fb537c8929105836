// SPDX-License-Identifier: Apache-2.0
//
// The module as the conformance suite of wires wants it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/link/zmq/transport.hpp"
#include "tests/unit/link/wire_peer.hpp"
#include "tests/unit/link/zmq/peer.hpp"

namespace amibroker::link::zeromq {

class ConformingPeer final : public WirePeer {
 public:
  explicit ConformingPeer(base::EventLoop& loop) : peer_(loop) {
    peer_.on_request = [this](const ZmqPeer::Request& request) {
      last_ = request;
      actions.push_back({request.action, request.id, request.json});
      on_action(Action(actions.back()));
    };
    peer_.on_subscription = [this] {
      for (const std::string& frame : std::exchange(unheard_, {})) peer_.publish(frame);
    };
  }

  [[nodiscard]] std::unique_ptr<Transport> make_transport(base::EventLoop& loop) override {
    return std::make_unique<ZmqTransport>(loop, 1);
  }
  /// At other ports after it hung up, for the kernel may still hold the old ones.
  [[nodiscard]] ServerConfig config() const override {
    if (std::exchange(gone_, false)) peer_.open("tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
    return ZmqTest::config_of(peer_);
  }

  void answer(const Action& action, const std::string& message) override {
    reply(action, R"({"Response":"Success","ActionID":")" + action.id + R"(","Message":")" + message + "\"}");
  }
  void answer_list(const Action& action, std::size_t items, std::size_t bytes) override {
    std::string json =
        R"({"Response":"Success","EventList":"start","ActionID":")" + action.id + R"(","Message":"list"})";
    const std::string item = R"(,{"Event":"Item","Value":")" + std::string(bytes, 'x') + "\"}";
    for (std::size_t i = 0; i < items; ++i) json += item;
    reply(action, json + R"(,{"Event":"ItemsComplete","EventList":"Complete"})");
  }
  void event(const std::string& name, const std::string& value) override {
    publish(R"({"Event":")" + name + R"(","Value":")" + value + "\"}");
  }
  void bad() override { publish(R"({"Channel":"no event"})"); }
  void hostile(const std::string& bytes) override {
    publish(bytes);
    if (!last_.identity.empty()) peer_.send_frames(last_, {"", bytes});
  }
  void hang_up() override {
    peer_.close();
    last_ = {};
    gone_ = true;
  }

 private:
  void reply(const Action& action, const std::string& objects) {
    if (gone_) return;
    last_.id = action.id;
    peer_.reply(last_, "[" + objects + "]");
  }
  /// A PUB drops what nobody has asked for yet.
  void publish(const std::string& frame) {
    if (gone_) return;
    if (peer_.topics.empty()) unheard_.push_back(frame);
    else peer_.publish(frame);
  }

  mutable ZmqPeer peer_;
  mutable bool gone_ = false;
  ZmqPeer::Request last_;  // whoever asked last is who is connected
  std::vector<std::string> unheard_;
};

}  // namespace amibroker::link::zeromq
