// SPDX-License-Identifier: Apache-2.0
//
// A native link and the manager interface that it reaches, both on one loop, so that each test says what comes when.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/link/ami_link.hpp"
#include "tests/unit/base/loop_test.hpp"
#include "tests/unit/link/recorder.hpp"

namespace amibroker::link {

/// One session at a time, in plain text. Each action is given to `on_action`, which answers with `send`, now or later.
class AmiPeer {
  using tcp = boost::asio::ip::tcp;

 public:
  struct Action {
    std::string name;
    std::string id;
    std::string text;
  };

  explicit AmiPeer(base::EventLoop& loop)
      : acceptor_(loop.io(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), socket_(loop.io()) {
    accept();
  }
  ~AmiPeer() { hang_up(); }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void send(const std::string& text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text), ignored);
  }
  void hang_up() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  /// Without the end that TCP has for it: the other side sees a reset.
  void reset() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    hang_up();
  }
  void succeed(const Action& action, const std::string& more = {}) {
    send("Response: Success\r\nActionID: " + action.id + "\r\n" + more + "\r\n");
  }
  void fail(const Action& action, const std::string& message) {
    send("Response: Error\r\nActionID: " + action.id + "\r\nMessage: " + message + "\r\n\r\n");
  }
  /// As a manager interface that lets everybody in.
  void answer(const Action& action) { succeed(action, action.name == "Challenge" ? "Challenge: 123\r\n" : ""); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Action& action : actions) all.push_back(action.name);
    return all;
  }

  std::string banner = "Asterisk Call Manager/11.0.0\r\n";
  std::function<void(const Action&)> on_action = [this](const Action& a) { answer(a); };
  int sessions = 0;
  std::vector<Action> actions;

 private:
  static std::string value(const std::string& text, const std::string& header) {
    const auto begin = text.find(header + ": ");
    if (begin == std::string::npos) return {};
    const auto from = begin + header.size() + 2;
    return text.substr(from, text.find("\r\n", from) - from);
  }
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      socket_ = std::move(socket);
      ++sessions;
      input_.consume(input_.size());
      send(banner);
      read();
      accept();
    });
  }
  void read() {
    boost::asio::async_read_until(
        socket_, input_, "\r\n\r\n",
        [this, session = sessions](const boost::system::error_code& error, std::size_t bytes) {
          if (error || session != sessions) return;
          const auto begin = boost::asio::buffers_begin(input_.data());
          const std::string text(begin, begin + static_cast<std::ptrdiff_t>(bytes));
          input_.consume(bytes);
          actions.push_back({value(text, "Action"), value(text, "ActionID"), text});
          on_action(Action(actions.back()));
          read();
        });
  }

  tcp::acceptor acceptor_;
  tcp::socket socket_;
  boost::asio::streambuf input_;
};

class AmiLinkTest : public base::LoopTest {
 protected:
  static constexpr std::chrono::milliseconds long_time{60'000};

  [[nodiscard]] ServerConfig config() const {
    return {.section = "server-1",
            .name = "Console 1",
            .addr = "127.0.0.1",
            .transport = Transport::ami,
            .ami = {.port = peer.port(), .username = "broker", .secret = "s3cret"}};
  }
  void start(LinkTimings timings = {}) { start(config(), timings); }
  void start(const ServerConfig& config, LinkTimings timings) {
    fleet = std::make_unique<Fleet>(loop, timings);
    ami_fleet = std::make_unique<AmiFleet>(*fleet);
    link = std::make_unique<AmiLink>(*ami_fleet, 0, config);
    link->set_interest(interest);
    link->start(recorder);
  }
  void start_and_come_up(LinkTimings timings = {}) {
    start(timings);
    ASSERT_TRUE(run_until([&] { return link->up(); }));
    // The question that a link has of its own.
    ASSERT_TRUE(run_until([&] { return peer.names().back() == "CoreSettings"; }));
    peer.actions.clear();
  }
  void ask(const std::string& name = "Setvar", std::chrono::milliseconds timeout = long_time, Owner owner = 3) {
    link->request(Action(name), timeout, owner, nullptr);
  }
  [[nodiscard]] bool answered(std::size_t count) {
    return run_until([&] { return recorder.answers.size() >= count; });
  }

  AmiPeer peer{loop};
  Recorder recorder;
  Interest interest{.all = true};
  std::unique_ptr<Fleet> fleet;
  std::unique_ptr<AmiFleet> ami_fleet;
  std::unique_ptr<AmiLink> link;
};

}  // namespace amibroker::link
