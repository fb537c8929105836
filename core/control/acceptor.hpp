// SPDX-License-Identifier: Apache-2.0
//
// Takes connections, of whichever kind, as long as it is open.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <utility>

namespace amibroker::control {

/// Thread of its `io`, but for what comes before `run`.
template <typename Protocol>
class Acceptor {
 public:
  using Socket = typename Protocol::socket;

  Acceptor(boost::asio::io_context& io, std::function<void(Socket socket)> take)
      : socket_(io), retry_(io), take_(std::move(take)) {}

  /// To be opened, bound and listened on before `run`.
  [[nodiscard]] typename Protocol::acceptor& socket() noexcept { return socket_; }

  void run() {
    socket_.async_accept([this](const boost::system::error_code& error, Socket socket) {
      if (error == boost::asio::error::operation_aborted) return;
      if (error) return run_later();
      take_(std::move(socket));
      run();
    });
  }

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    retry_.cancel();
  }

 private:
  /// Without descriptors each attempt fails at once.
  void run_later() {
    retry_.expires_after(std::chrono::milliseconds(200));
    retry_.async_wait([this](const boost::system::error_code& error) {
      if (!error) run();
    });
  }

  typename Protocol::acceptor socket_;
  boost::asio::steady_timer retry_;
  std::function<void(Socket socket)> take_;
};

}  // namespace amibroker::control
