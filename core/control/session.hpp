// SPDX-License-Identifier: Apache-2.0
//
// One client: HTTP/1.1, one request after the other, over whichever stream.
#pragma once

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/control/command.hpp"
#include "core/control/door.hpp"
#include "core/control/feed_reader.hpp"
#include "core/control/guard.hpp"
#include "core/control/site.hpp"
#include "core/control/stream.hpp"

namespace amibroker::control {

/// Lives as long as something of it is under way. Thread of the control socket only.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// A request that is longer is refused.
  static constexpr std::size_t longest_header = std::size_t{8} << 10;
  static constexpr std::size_t longest_body = std::size_t{64} << 10;

  struct Patience {
    /// For a whole request to arrive, and for an answer to be taken. A client that is slower is not waited for.
    std::chrono::milliseconds busy{10'000};
    /// Between two requests; a tool may keep its connection while somebody reads.
    std::chrono::milliseconds idle{60'000};
    /// For what a client still says after its last answer, so that it reads that.
    std::chrono::milliseconds last_words{2'000};
  };

  /// What all sessions share; outlives them.
  struct Context {
    const Site& site;
    Door& door;
    FeedReaders& readers;
    Patience patience{};
  };

  /// `ended` is called once, when the client is gone. `tls`: see Stream.
  Session(Stream::Protocol::socket socket, boost::asio::ssl::context* tls, std::unique_ptr<const Guard> guard,
          const Context& context, std::function<void(Session* session)> ended);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  void close();

  /// Whether nothing but the client is waited for.
  [[nodiscard]] bool may_go() const noexcept { return !is_kept_; }
  /// When it last asked, or got an answer.
  [[nodiscard]] std::chrono::steady_clock::time_point last_step() const noexcept { return last_step_; }

 private:
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void read();
  void on_read(const boost::beast::error_code& error);
  void handle();
  void handle_v1();
  void handle_page();
  void ask(const Command& command, const Json& given);
  void listen(Feed& feed, const Json& given);
  void answer(const Answer& answer);
  void answer(const Failure& failure);
  void send_on(const SentOn& sent_on);
  void write(int status, std::string_view type, std::string body);
  void write(Response response);
  void end();
  void read_last_words(std::size_t left);

  Stream stream_;
  std::unique_ptr<const Guard> guard_;
  const Context& context_;
  std::function<void(Session* session)> ended_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<Response> response_;
  std::array<char, 4096> scrap_{};
  std::chrono::steady_clock::time_point last_step_ = std::chrono::steady_clock::now();
  bool is_kept_ = false;  // it waits for the loop, or listens
  bool keeps_open_ = true;
};

}  // namespace amibroker::control
