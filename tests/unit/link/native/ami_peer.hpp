// SPDX-License-Identifier: Apache-2.0
//
// A manager interface in plain text, on the loop of the test, so that each test says what comes when.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/link/native/transport.hpp"
#include "tests/unit/link/wire_peer.hpp"

namespace amibroker::link::native {

/// One session at a time. The session's own actions are given to `on_own`, all others to `on_action`.
class AmiPeer final : public WirePeer {
  using tcp = boost::asio::ip::tcp;

 public:
  explicit AmiPeer(base::EventLoop& loop)
      : acceptor_(loop.io(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    accept();
  }
  ~AmiPeer() override { hang_up(); }

  [[nodiscard]] std::unique_ptr<Transport> make_transport(base::EventLoop& loop) override {
    return std::make_unique<NativeTransport>(loop);
  }
  [[nodiscard]] ServerConfig config() const override {
    auto access = std::make_shared<NativeAccess>();
    access->port = port();
    access->username = "broker";
    access->secret = "s3cret";
    return {.section = "server-1", .name = "Console 1", .addr = "127.0.0.1", .access = std::move(access)};
  }
  void answer(const Action& action, const std::string& message) override {
    succeed(action, "Message: " + message + "\r\n");
  }
  void answer_list(const Action& action, std::size_t items, std::size_t bytes) override {
    const std::string id = "ActionID: " + action.id + "\r\n";
    std::string text = "Response: Success\r\n" + id + "EventList: start\r\nMessage: list\r\n\r\n";
    const std::string item = "Event: Item\r\n" + id + "Value: " + std::string(bytes, 'x') + "\r\n\r\n";
    for (std::size_t i = 0; i < items; ++i) text += item;
    send(text + "Event: ItemsComplete\r\nEventList: Complete\r\n" + id + "\r\n");
  }
  void event(const std::string& name, const std::string& value) override {
    send("Event: " + name + "\r\nValue: " + value + "\r\n\r\n");
  }
  void bad() override { send("Event: \r\nChannel: a\r\n\r\n"); }
  void hostile(const std::string& bytes) override { send(bytes); }
  void hang_up() override {
    if (session_) session_->close();
    session_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void send(const std::string& text) {
    if (session_) session_->send(text);
  }
  /// Without an orderly end of the TCP connection: the other side sees a reset.
  void reset() {
    session_->socket.set_option(boost::asio::socket_base::linger(true, 0));
    hang_up();
  }
  void succeed(const Action& action, const std::string& more = {}) {
    send("Response: Success\r\nActionID: " + action.id + "\r\n" + more + "\r\n");
  }
  void fail(const Action& action, const std::string& message) {
    send("Response: Error\r\nActionID: " + action.id + "\r\nMessage: " + message + "\r\n\r\n");
  }
  /// As a manager interface that lets everybody in.
  void let_in(const Action& action) { succeed(action, action.name == "Challenge" ? "Challenge: 123\r\n" : ""); }
  [[nodiscard]] std::vector<std::string> own_names() const {
    std::vector<std::string> names;
    for (const Action& action : own) names.push_back(action.name);
    return names;
  }

  std::string banner = "Asterisk Call Manager/11.0.0\r\n";
  std::function<void(const Action&)> on_own = [this](const Action& action) { let_in(action); };
  std::vector<Action> own;  ///< of the session itself
  bool reads = true;        ///< set before the session begins
  int sessions = 0;

 private:
  struct Session : std::enable_shared_from_this<Session> {
    explicit Session(tcp::socket&& socket_) : socket(std::move(socket_)) {
      socket.set_option(tcp::no_delay(true));  // as Asterisk does, so each answer goes out by itself
    }
    void send(const std::string& text) {
      waiting.push_back(text);
      if (waiting.size() == 1) write();
    }
    void write() {
      boost::asio::async_write(socket, boost::asio::buffer(waiting.front()),
                               [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                                 if (error) return self->waiting.clear();
                                 self->waiting.pop_front();
                                 if (!self->waiting.empty()) self->write();
                               });
    }
    void close() {
      boost::system::error_code ignored;
      socket.close(ignored);
    }
    tcp::socket socket;
    boost::asio::streambuf input;
    std::deque<std::string> waiting;
  };

  static std::string value(const std::string& text, const std::string& header) {
    const auto begin = text.find(header + ": ");
    if (begin == std::string::npos) return {};
    const auto from = begin + header.size() + 2;
    return text.substr(from, text.find("\r\n", from) - from);
  }
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      hang_up();
      session_ = std::make_shared<Session>(std::move(socket));
      ++sessions;
      if (!banner.empty()) send(banner);
      if (reads) read(session_);
      accept();
    });
  }
  void read(const std::shared_ptr<Session>& session) {
    boost::asio::async_read_until(session->socket, session->input, "\r\n\r\n",
                                  [this, session](const boost::system::error_code& error, std::size_t bytes) {
                                    if (error || session != session_) return;
                                    const auto begin = boost::asio::buffers_begin(session->input.data());
                                    const std::string text(begin, begin + static_cast<std::ptrdiff_t>(bytes));
                                    session->input.consume(bytes);
                                    const Action action{value(text, "Action"), value(text, "ActionID"), text};
                                    const bool is_own = action.id.starts_with('s');
                                    (is_own ? own : actions).push_back(action);
                                    (is_own ? on_own : on_action)(action);
                                    read(session);
                                  });
  }

  tcp::acceptor acceptor_;
  std::shared_ptr<Session> session_;
};

}  // namespace amibroker::link::native
