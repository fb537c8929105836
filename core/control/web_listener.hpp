// SPDX-License-Identifier: Apache-2.0
//
// The TCP port at which the daemon can be looked at: board, metrics, health, and the commands that look.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/control/acceptor.hpp"
#include "core/control/crowd.hpp"
#include "core/control/session.hpp"
#include "core/control/web_guard.hpp"

namespace amibroker::control {

/// TLS 1.2 and later with this certificate (PEM, with what leads to its authority) and its key. Throws
/// std::runtime_error, whose text names the file and says what to do.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_tls(const std::string& certificate_file,
                                                                  const std::string& key_file);

/// At most `most_sessions` clients at a time; see Crowd.
class WebListener {
 public:
  static constexpr std::size_t most_sessions = 200;
  using Endpoint = boost::asio::ip::tcp::endpoint;

  struct Settings {
    Endpoint endpoint{};
    std::vector<std::string> hosts{};                  ///< see WebRules
    std::string token{};                               ///< see WebRules
    std::shared_ptr<boost::asio::ssl::context> tls{};  ///< null: not encrypted
  };

  /// `io` and `context` outlive this. Throws std::runtime_error, whose text says what to do, if the port cannot be
  /// opened. Before or after `io` runs, as is the end.
  WebListener(boost::asio::io_context& io, const Session::Context& context, Settings settings);
  WebListener(const WebListener&) = delete;
  WebListener& operator=(const WebListener&) = delete;

  /// Where it listens; with the port that the system gave if that was asked for. Before `io` runs.
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

  /// Thread of `io`.
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  void open(const Endpoint& endpoint);
  void take(Tcp::socket socket);

  const Session::Context& context_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<const WebRules> rules_;
  std::shared_ptr<Crowd> crowd_;  // sessions have it too, for they may end after this
  Acceptor<Tcp> acceptor_;
  Endpoint endpoint_;
};

}  // namespace amibroker::control
