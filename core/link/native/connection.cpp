// SPDX-License-Identifier: Apache-2.0
#include "core/link/native/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/link/native/tls_records.hpp"

namespace amibroker::link::native {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A read takes what a busy server sends in a millisecond or two; TLS hands over 16 KiB at most.
constexpr std::size_t read_bytes = 64 * 1024;
// A buffer for output that grew larger than this is given back once it is empty.
constexpr std::size_t kept_output = 64 * 1024;

// For a few answers there is no pause: a caller that waits for one answer must not wait longer for it.
constexpr std::size_t few_answers = 16;
// Asterisk needs 40 us or more for an action, so even the last of those that are due comes much later than this.
constexpr std::chrono::microseconds pause_an_answer{8};
constexpr std::chrono::microseconds longest_pause{500};
// While a read waits, the kernel does not wake the loop for less. Half of what a new socket may hold (tcp_rmem), so the
// server's writes never wait for us.
constexpr int gathered_bytes = 32 * 1024;

using LowWater = asio::detail::socket_option::integer<SOL_SOCKET, SO_RCVLOWAT>;

void set_options(tcp::socket& socket) {
  error_code ignored;  // each of them only makes things better
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

}  // namespace

/// Asio calls back also after the connection was destroyed, so each operation holds the stream and looks whether it is
/// closed.
class Connection::Stream : public std::enable_shared_from_this<Stream> {
  /// A callback for Asio that sets the loop's time, keeps the stream, and does nothing once it is closed.
  template <typename... Arguments, typename Call>
  auto handler(Call call) {
    return [self = shared_from_this(), call](const error_code& error, Arguments... arguments) {
      if (self->closed_) return;
      self->loop_.woken();
      call(error, arguments...);
    };
  }

 public:
  Stream(base::EventLoop& loop, TlsContexts& contexts, const Target& target, Callbacks callbacks)
      : loop_(loop), contexts_(contexts), target_(target), callbacks_(std::move(callbacks)) {}

  void begin() {
    error_code error;
    const auto address = asio::ip::make_address(target_.address, error);
    if (error) throw std::runtime_error("'" + target_.address + "' is no address (" + error.message() + ")");
    socket_.async_connect(tcp::endpoint(address, target_.port), handler<>([this](const error_code& failed) {
                            if (failed) return lose("it cannot be reached (" + failed.message() + ")");
                            connected();
                          }));
  }

  void close() noexcept {
    closed_ = true;
    error_code ignored;
    pause_.cancel();
    socket_.close(ignored);
  }

  bool send(std::string_view bytes) {
    if (closed_) return false;
    if (output_.size() + outgoing_.size() + bytes.size() > max_output_bytes) {
      // Later, for the caller is in the middle of something.
      asio::post(loop_.io(), [self = shared_from_this()] {
        if (self->closed_) return;
        self->loop_.woken();
        self->lose("it takes nothing any more: " + std::to_string(max_output_bytes >> 20U) + " MiB wait for it");
      });
      return false;
    }
    output_.append(bytes);
    return true;
  }

  void flush() {
    if (writing_ || !ready_ || closed_ || output_.empty()) return;
    writing_ = true;
    outgoing_.swap(output_);
    write(outgoing_);
  }

  void answers_due(std::size_t count) noexcept { answers_due_ = count; }
  [[nodiscard]] std::uint64_t reads() const noexcept { return reads_; }

 private:
  void connected() {
    set_options(socket_);
    callbacks_.on_connected();
    if (closed_) return;
    if (target_.tls) shake_hands();
    else start();
  }

  /// Only now, because the authorities need not be looked at while nobody is there.
  void shake_hands() {
    try {
      context_ = contexts_.get(*target_.tls, loop_.now());
      tls_.emplace(socket_, *context_);
      expect_host(*tls_, *target_.tls, target_.host);
    } catch (const TlsError& error) {
      return lose({Loss::Kind::refusal, error.what(), error.remedy, true});
    } catch (const boost::system::system_error& error) {
      return lose(std::string("no TLS connection can be made here (") + error.what() + ")");
    }
    tls_->async_handshake(asio::ssl::stream_base::client, handler<>([this](const error_code& error) {
                            if (!error) return start();
                            Loss loss = explain_handshake(*tls_, error, target_.host);
                            loss.encrypting = true;
                            lose(loss);
                          }));
  }

  void start() {
    ready_ = true;
    flush();
    read();
  }

  void read() {
    const std::span<char> room = framer_.room(read_bytes);
    const auto received = handler<std::size_t>([this, room](const error_code& error, std::size_t bytes) {
      ++reads_;
      if (bytes > 0) take(bytes);
      if (closed_) return;
      if (error)
        return lose(error == asio::error::eof || error == asio::ssl::error::stream_truncated
                        ? "it closed the connection"
                        : "the connection broke (" + error.message() + ")");
      // Over TLS each read brings one record, which Asterisk makes of each message: a pause after each of them would
      // let a long list stall for longer than `writetimeout`, and Asterisk would end the session.
      if (tls_ || bytes == room.size() || answers_due_ < few_answers) read();
      else gather();
    });
    if (tls_) tls_->async_read_some(asio::buffer(room.data(), room.size()), received);
    else socket_.async_read_some(asio::buffer(room.data(), room.size()), received);
  }

  /// Sends what is left of `outgoing_`, over TLS a record at a time.
  void write(std::string_view rest) {
    const std::string_view piece = tls_ ? first_record(rest) : rest;
    const auto sent = handler<std::size_t>([this, rest, piece](const error_code& error, std::size_t) {
      if (error) return lose("it takes nothing any more (" + error.message() + ")");
      if (piece.size() < rest.size()) return write(rest.substr(piece.size()));
      writing_ = false;
      outgoing_.clear();
      if (outgoing_.capacity() > kept_output) outgoing_.shrink_to_fit();
      flush();
    });
    if (tls_) asio::async_write(*tls_, asio::buffer(piece.data(), piece.size()), sent);
    else asio::async_write(socket_, asio::buffer(piece.data(), piece.size()), sent);
  }

  /// Reads again after a moment. It is not enough to start no read: the loop would be woken all the same.
  void gather() {
    error_code ignored;
    socket_.set_option(LowWater(gathered_bytes), ignored);
    pause_.expires_after(
        std::min(longest_pause, pause_an_answer * std::int64_t(std::min(answers_due_, few_answers * 10))));
    pause_.async_wait(handler<>([this](const error_code&) {
      error_code failed;
      socket_.set_option(LowWater(1), failed);
      // It would stay asleep until 32 KiB have come.
      if (failed) return lose("the connection broke (" + failed.message() + ")");
      read();
    }));
  }

  void take(std::size_t bytes) {
    framer_.added(bytes);
    while (!closed_) {
      const ami::TextFramer::Piece piece = framer_.next();
      if (piece.kind == ami::TextFramer::Kind::incomplete) return;
      callbacks_.on_piece(piece);
    }
  }

  void lose(std::string why) { lose(Loss{Loss::Kind::connection, std::move(why)}); }

  void lose(const Loss& loss) {
    close();
    // Copied out: the callback may destroy the connection.
    const auto on_lost = callbacks_.on_lost;
    on_lost(loss);
  }

  base::EventLoop& loop_;
  TlsContexts& contexts_;
  Target target_;
  Callbacks callbacks_;
  std::shared_ptr<TlsContext> context_;  // before the stream, which uses it to its end
  tcp::socket socket_{loop_.io()};
  std::optional<TlsStream> tls_;
  asio::steady_timer pause_{loop_.io()};
  ami::TextFramer framer_;
  std::string output_;
  std::string outgoing_;  // what the kernel is taking
  std::size_t answers_due_ = 0;
  std::uint64_t reads_ = 0;
  bool ready_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

Connection::Connection(base::EventLoop& loop, TlsContexts& contexts, const Target& target, Callbacks callbacks)
    : stream_(std::make_shared<Stream>(loop, contexts, target, std::move(callbacks))) {
  stream_->begin();
}

Connection::~Connection() { stream_->close(); }

bool Connection::send(std::string_view bytes) { return stream_->send(bytes); }
void Connection::flush() { stream_->flush(); }
void Connection::answers_due(std::size_t count) { stream_->answers_due(count); }
void Connection::close() noexcept { stream_->close(); }
std::uint64_t Connection::reads() const noexcept { return stream_->reads(); }

}  // namespace amibroker::link::native
