// SPDX-License-Identifier: Apache-2.0
//
// The connection of a client, whatever it is made of: a unix socket, TCP, or TLS over TCP.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <chrono>
#include <optional>
#include <utility>

namespace amibroker::control {

/// A stream as Boost.Beast and Boost.Asio want it (AsyncReadStream, AsyncWriteStream), of one type for all kinds, so
/// that what reads and writes HTTP is there once. Each operation has a deadline if one was set.
class Stream {
 public:
  using Protocol = boost::asio::generic::stream_protocol;
  using Plain = boost::beast::basic_stream<Protocol>;
  using executor_type = Plain::executor_type;

  /// `tls`: null for a connection that is not encrypted; outlives this.
  explicit Stream(Protocol::socket socket, boost::asio::ssl::context* tls = nullptr) : plain_(std::move(socket)) {
    if (tls != nullptr) tls_.emplace(plain_, *tls);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] executor_type get_executor() noexcept { return plain_.get_executor(); }
  [[nodiscard]] bool encrypted() const noexcept { return tls_.has_value(); }

  void expires_after(std::chrono::milliseconds limit) { plain_.expires_after(limit); }
  void expires_never() { plain_.expires_never(); }

  /// Only if it is encrypted.
  template <typename Handler>
  void async_handshake(Handler&& handler) {
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) tls_->async_read_some(buffers, std::forward<Handler>(handler));
    else plain_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) tls_->async_write_some(buffers, std::forward<Handler>(handler));
    else plain_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  /// The client reads to the end of what was sent, and then that there is no more.
  void end_sending() {
    boost::system::error_code ignored;
    plain_.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
  }
  /// Operations under way end with an error.
  void close() { plain_.close(); }

 private:
  Plain plain_;
  std::optional<boost::asio::ssl::stream<Plain&>> tls_;
};

}  // namespace amibroker::control
