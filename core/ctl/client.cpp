// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace amibroker::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// A board of 10,000 names is a few megabytes; more is no answer of this daemon.
constexpr std::uint64_t longest_answer = std::uint64_t{64} << 20;

/// A feed says something at least every 15 s.
constexpr std::chrono::seconds longest_silence{45};

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Request make_request(http::verb verb, const std::string& target, const std::string& body) {
  Request request(verb, target, 11, body);
  request.set(http::field::host, "localhost");
  request.keep_alive(false);
  request.prepare_payload();
  return request;
}

/// A conversation in which no step takes longer than its time, whatever the daemon does.
class Conversation {
 public:
  explicit Conversation(std::string socket) : place_(std::move(socket)), stream_(io_) {
    parser_.body_limit(longest_answer);
  }

  /// The whole answer, within `patience`.
  Response carry(const Request& request, std::chrono::milliseconds patience) {
    send(request, patience);
    step("read", [&](auto done) { http::async_read(stream_, buffer_, parser_, std::move(done)); });
    return parser_.release();
  }

  /// Only the head of the answer, if it is that of a feed, and what has come of it; `next` gives the rest.
  std::optional<Response> begin(const Request& request, std::chrono::milliseconds patience) {
    send(request, patience);
    step("read", [&](auto done) { http::async_read_header(stream_, buffer_, parser_, std::move(done)); });
    if (parser_.get().result() == http::status::ok) return std::nullopt;
    step("read", [&](auto done) { http::async_read(stream_, buffer_, parser_, std::move(done)); });
    return parser_.release();
  }
  /// Adds what comes next to `text`.
  void next(std::string& text) {
    if (buffer_.size() == 0) {
      stream_.expires_after(longest_silence);
      const std::size_t size = step("listen", [&](auto done) {
        stream_.async_read_some(buffer_.prepare(std::size_t{64} << 10), std::move(done));
      });
      buffer_.commit(size);
    }
    const auto data = buffer_.data();
    text.append(static_cast<const char*>(data.data()), data.size());
    buffer_.consume(data.size());
  }

 private:
  void send(const Request& request, std::chrono::milliseconds patience) {
    stream_.expires_after(patience);
    step("connect", [&](auto done) {
      stream_.async_connect(asio::local::stream_protocol::endpoint(place_),
                            [done](const beast::error_code& error) mutable { done(error, 0); });
    });
    step("send", [&](auto done) { http::async_write(stream_, request, std::move(done)); });
  }

  /// Begins something, waits until it is done, and returns how many bytes it moved.
  template <typename Begin>
  std::size_t step(const char* name, Begin&& begin) {
    beast::error_code error;
    std::size_t size = 0;
    begin([&](const beast::error_code& happened, std::size_t moved) {
      error = happened;
      size = moved;
    });
    io_.restart();
    io_.run();
    if (error == boost::system::errc::permission_denied)
      throw Refused(403, "forbidden",
                    "you may not reach the broker at " + place_ + ": be root, or in the group that [control] names");
    if (error)
      throw NotReachable("the broker does not answer at " + place_ + " (" + name + ": " + error.message() + ")" +
                         remedy(error));
    return size;
  }
  [[nodiscard]] static std::string remedy(const beast::error_code& error) {
    if (error == beast::error::timeout) return "; a plugin may hold it: see its log";
    return "; does it run (systemctl status zmq-ami-broker), and with this socket?";
  }

  std::string place_;
  asio::io_context io_{1};
  beast::basic_stream<asio::local::stream_protocol> stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

/// Throws Refused, with the daemon's words if it has some.
[[noreturn]] void refuse(const Response& response) {
  const Json answer = Json::parse(response.body(), nullptr, false);
  const auto said = [&](const char* what) {
    const auto text = answer.is_object() ? answer.find("error") : answer.end();
    return text == answer.end() || !text->is_object() ? std::string() : text->value(what, std::string());
  };
  const std::string text = said("text");
  throw Refused(static_cast<int>(response.result_int()), said("code"),
                text.empty() ? "it answered with status " + std::to_string(response.result_int()) : text);
}

/// Takes the lines of one server-sent event apart.
void hand_over(std::string_view event, const std::function<void(std::string_view type, const Json& data)>& take) {
  std::string_view type, data;
  while (!event.empty()) {
    const std::string_view line = event.substr(0, event.find('\n'));
    event.remove_prefix(std::min(event.size(), line.size() + 1));
    if (line.starts_with("event: ")) type = line.substr(7);
    if (line.starts_with("data: ")) data = line.substr(6);
  }
  if (type.empty()) return;  // only a sign of life
  const Json json = Json::parse(data, nullptr, false);
  if (json.is_object()) take(type, json);
}

}  // namespace

Json Client::get(const std::string& target) const { return ask(false, target, {}); }

Json Client::post(const std::string& target, const Json& arguments) const {
  return ask(true, target, arguments.dump());
}

Json Client::ask(bool changes, const std::string& target, const std::string& body) const {
  const auto response =
      Conversation(socket_).carry(make_request(changes ? http::verb::post : http::verb::get, target, body), patience_);
  Json answer = Json::parse(response.body(), nullptr, false);
  if (response.result() == http::status::ok && answer.is_object()) return answer;
  refuse(response);
}

void Client::listen(const std::string& target,
                    const std::function<void(std::string_view type, const Json& data)>& take) const {
  Conversation conversation(socket_);
  if (const auto response = conversation.begin(make_request(http::verb::get, target, {}), patience_)) refuse(*response);
  std::string text;
  while (true) {
    conversation.next(text);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find("\n\n", begin)) != text.npos; begin = end + 2)
      hand_over(std::string_view(text).substr(begin, end - begin), take);
    text.erase(0, begin);
    if (text.size() > longest_answer) throw std::runtime_error("the broker sends an event that has no end");
  }
}

}  // namespace amibroker::ctl
