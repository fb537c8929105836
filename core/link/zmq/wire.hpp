// SPDX-License-Identifier: Apache-2.0
//
// One connection to a module: events, actions and answers as its JSON has them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/ami/json_decoder.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/wire.hpp"
#include "core/link/zmq/connection.hpp"
#include "core/link/zmq/event_filter.hpp"
#include "core/link/zmq/long_answer.hpp"

namespace amibroker::link::zeromq {

/// What all wires of this kind share. Outlives them. Loop's thread only.
struct Shared {
  base::EventLoop& loop;
  ::zmq::context_t& context;
  SocketSet& sockets;
  ami::JsonDecoder& event_decoder;  ///< two, for an event is still being looked at while an answer may come in
  ami::JsonDecoder& answer_decoder;
};

/// Connected once both sockets are. If the server can tell events apart by their names, it is asked for only those
/// that are wanted (see EventFilter).
class ZmqWire final : public Wire {
 public:
  /// `trace`: report all messages, so ask for all events. Throws std::runtime_error, see Connection.
  ZmqWire(Shared shared, const std::string& address, const ZmqAccess& access, bool trace, const Interest& interest,
          WireListener& listener);

  [[nodiscard]] bool send(const Encoded& action) override;
  void flush() override;
  void want(const Interest& interest) override;
  void show_traffic(bool on) override { shows_traffic_ = on || trace_; }
  void close() noexcept override;

 private:
  class Frame;

  void on_event(std::string_view json);
  [[nodiscard]] bool on_answer(std::string_view json);
  void hand_over(std::span<const Message> messages);
  void read_on();
  void adjust_subscriptions();
  void tell_loss();

  Shared shared_;
  WireListener& listener_;
  bool trace_;
  bool shows_traffic_;
  bool closed_ = false;
  bool connected_ = false;
  bool ready_ = false;
  bool old_module_noticed_ = false;
  EventFilter filter_;
  std::shared_ptr<LongAnswer> long_answer_;  // that is being read
  std::unique_ptr<Connection> connection_;
};

}  // namespace amibroker::link::zeromq
