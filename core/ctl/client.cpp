// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <utility>

namespace amibroker::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// A board of 10,000 names is a few megabytes; more is no answer of this daemon.
constexpr std::uint64_t longest_answer = std::uint64_t{64} << 20;

using Request = http::request<http::string_body>;

/// A conversation that ends after `patience`, whatever the daemon does.
class Conversation {
 public:
  Conversation(const std::string& socket, std::chrono::milliseconds patience) : place_(socket), stream_(io_) {
    stream_.expires_after(patience);
    parser_.body_limit(longest_answer);
  }

  http::response<http::string_body> carry(Request request) {
    request_ = std::move(request);
    stream_.async_connect(asio::local::stream_protocol::endpoint(place_), [this](const beast::error_code& error) {
      if (is_over(error, "connect")) return;
      http::async_write(stream_, request_, [this](const beast::error_code& sent, std::size_t) {
        if (is_over(sent, "send")) return;
        http::async_read(stream_, buffer_, parser_,
                         [this](const beast::error_code& got, std::size_t) { is_over(got, "read"); });
      });
    });
    io_.run();
    if (error_ == boost::system::errc::permission_denied)
      throw Refused(403, "forbidden",
                    "you may not reach the broker at " + place_ + ": be root, or in the group that [control] names");
    if (error_)
      throw NotReachable("the broker does not answer at " + place_ + " (" + step_ + ": " + error_.message() + ")" +
                         remedy());
    return parser_.release();
  }

 private:
  bool is_over(const beast::error_code& error, const char* step) {
    error_ = error;
    step_ = step;
    return static_cast<bool>(error);
  }
  [[nodiscard]] std::string remedy() const {
    if (error_ == beast::error::timeout) return "; a plugin may hold it: see its log";
    return "; does it run (systemctl status zmq-ami-broker), and with this socket?";
  }

  std::string place_;
  asio::io_context io_{1};
  beast::basic_stream<asio::local::stream_protocol> stream_;
  beast::flat_buffer buffer_;
  Request request_;
  http::response_parser<http::string_body> parser_;
  beast::error_code error_;
  std::string step_;
};

}  // namespace

Json Client::get(const std::string& target) const { return ask(false, target, {}); }

Json Client::post(const std::string& target, const Json& arguments) const {
  return ask(true, target, arguments.dump());
}

Json Client::ask(bool changes, const std::string& target, const std::string& body) const {
  Request request(changes ? http::verb::post : http::verb::get, target, 11, body);
  request.set(http::field::host, "localhost");
  request.keep_alive(false);
  request.prepare_payload();
  const auto response = Conversation(socket_, patience_).carry(std::move(request));
  Json answer = Json::parse(response.body(), nullptr, false);
  if (response.result() == http::status::ok && answer.is_object()) return answer;
  const auto said = [&](const char* what) {
    const auto text = answer.is_object() ? answer.find("error") : answer.end();
    return text == answer.end() || !text->is_object() ? std::string() : text->value(what, std::string());
  };
  const std::string text = said("text");
  throw Refused(static_cast<int>(response.result_int()), said("code"),
                text.empty() ? "it answered with status " + std::to_string(response.result_int()) : text);
}

}  // namespace amibroker::ctl
