// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "core/link/tls.hpp"

namespace amibroker::link {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A read takes what a busy server sends in a millisecond or two; TLS hands over 16 KiB at most.
constexpr std::size_t read_bytes = 64 * 1024;

void set_options(tcp::socket& socket) {
  error_code ignored;  // each of them only makes things better
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

}  // namespace

/// Asio calls back also after the connection was destroyed, so each operation holds the session and looks whether it is
/// closed.
class AmiConnection::Session : public std::enable_shared_from_this<Session> {
  /// A callback for Asio that sets the loop's time, keeps the session, and does nothing once it is closed.
  template <typename... Arguments, typename Call>
  auto handler(Call call) {
    return [self = shared_from_this(), call](const error_code& error, Arguments... arguments) {
      if (self->closed_) return;
      self->loop_.woken();
      call(error, arguments...);
    };
  }

 public:
  Session(base::EventLoop& loop, const ServerConfig& server, Callbacks callbacks)
      : loop_(loop), host_(server.addr), port_(server.ami.port), callbacks_(std::move(callbacks)) {
    if (!server.ami.tls) return;
    tls_access_ = *server.ami.tls;
    tls_context_ = make_tls_context(tls_access_);
  }

  void begin() {
    resolver_.async_resolve(
        host_, std::to_string(port_), tcp::resolver::numeric_service,
        handler<tcp::resolver::results_type>([this](const error_code& error, const tcp::resolver::results_type& found) {
          if (error) return lose("its name is not known (" + error.message() + ")");
          connect(found);
        }));
  }

  void close() {
    closed_ = true;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
  }

  void flush() {
    if (writing_ || !ready_ || output.empty()) return;
    writing_ = true;
    outgoing_.clear();
    outgoing_.swap(output);
    const auto sent = handler<std::size_t>([this](const error_code& error, std::size_t) {
      writing_ = false;
      if (error) return lose("it takes nothing any more (" + error.message() + ")");
      flush();
    });
    if (tls_) asio::async_write(*tls_, asio::buffer(outgoing_), sent);
    else asio::async_write(socket_, asio::buffer(outgoing_), sent);
  }

  std::string output;

 private:
  void connect(const tcp::resolver::results_type& found) {
    asio::async_connect(socket_, found, handler<tcp::endpoint>([this](const error_code& error, const tcp::endpoint&) {
                          if (error) return lose("it cannot be reached (" + error.message() + ")");
                          set_options(socket_);
                          if (tls_context_) return shake_hands();
                          start();
                        }));
  }

  void shake_hands() {
    tls_.emplace(socket_, *tls_context_);
    expect_host(*tls_, tls_access_, host_);
    tls_->async_handshake(asio::ssl::stream_base::client, handler<>([this](const error_code& error) {
                            if (error) return lose(explain_handshake(*tls_, error, host_), is_distrusted(*tls_));
                            start();
                          }));
  }

  void start() {
    ready_ = true;
    flush();
    read();
  }

  void read() {
    const std::span<char> room = framer_.room(read_bytes);
    const auto received = handler<std::size_t>([this](const error_code& error, std::size_t bytes) {
      if (bytes > 0) take(bytes);
      if (closed_) return;
      if (error)
        return lose(error == asio::error::eof ? "it closed the connection"
                                              : "the connection broke (" + error.message() + ")");
      read();
    });
    if (tls_) tls_->async_read_some(asio::buffer(room.data(), room.size()), received);
    else socket_.async_read_some(asio::buffer(room.data(), room.size()), received);
  }

  void take(std::size_t bytes) {
    framer_.added(bytes);
    while (!closed_) {
      const ami::TextFramer::Piece piece = framer_.next();
      if (piece.kind == ami::TextFramer::Kind::incomplete) return;
      callbacks_.on_piece(piece);
    }
  }

  void lose(const std::string& why, bool is_distrusted = false) {
    close();
    // Copied out: the callback destroys the connection.
    const auto on_lost = callbacks_.on_lost;
    on_lost(why, is_distrusted);
  }

  base::EventLoop& loop_;
  std::string host_;
  std::uint16_t port_;
  Callbacks callbacks_;
  TlsAccess tls_access_;
  std::optional<asio::ssl::context> tls_context_;
  tcp::resolver resolver_{loop_.io()};
  tcp::socket socket_{loop_.io()};
  std::optional<TlsStream> tls_;
  ami::TextFramer framer_;
  std::string outgoing_;  // what the kernel is taking
  bool ready_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

AmiConnection::AmiConnection(base::EventLoop& loop, const ServerConfig& server, Callbacks callbacks)
    : session_(std::make_shared<Session>(loop, server, std::move(callbacks))) {
  session_->begin();
}

AmiConnection::~AmiConnection() { session_->close(); }

std::string& AmiConnection::output() noexcept { return session_->output; }

void AmiConnection::flush() { session_->flush(); }

}  // namespace amibroker::link
