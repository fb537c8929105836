// SPDX-License-Identifier: Apache-2.0
#include "core/control/session.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "core/control/pulse.hpp"
#include "core/control/request.hpp"

namespace amibroker::control {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t most_last_words = std::size_t{1} << 20;

/// Nothing but what the daemon itself serves may be loaded by a page, nor may a page of somebody else show ours.
constexpr std::pair<std::string_view, std::string_view> safety[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
};

Json body_of(const Failure& failure) { return {{"error", {{"code", failure.code}, {"text", failure.text}}}}; }

/// Names come from servers, and may be no UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

/// Nothing for all that a feed did not give as an id.
std::optional<std::uint64_t> number_of(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

beast::string_view beast_view(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// What is wrong with a request that could not be read; nothing if the client is just gone.
std::optional<Failure> failure_of(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return Failure{431, "too_long", "the header is longer than 8 KiB"};
  if (error == http::error::body_limit) return Failure{413, "too_long", "the body is longer than 64 KiB"};
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == make_error_code(http::error::end_of_stream).category())
    return Failure{400, "bad_request", "this is no HTTP/1.1 request: " + error.message()};
  return std::nullopt;
}

using Request = http::request<http::string_body>;

RequestHead head_of(const Request& request) {
  return {view(request.method_string()),
          view(request.target()),
          view(request[http::field::host]),
          view(request[http::field::origin]),
          view(request[http::field::authorization]),
          view(request[http::field::cookie])};
}

}  // namespace

Session::Session(Stream::Protocol::socket socket, boost::asio::ssl::context* tls, std::unique_ptr<const Guard> guard,
                 const Context& context, std::function<void(Session* session)> ended)
    : stream_(std::move(socket), tls),
      guard_(std::move(guard)),
      context_(context),
      ended_(std::move(ended)),
      buffer_(longest_header + longest_body) {}

Session::~Session() { ended_(this); }

void Session::start() {
  if (!stream_.encrypted()) return read();
  stream_.expires_after(context_.patience.busy);
  stream_.async_handshake([self = shared_from_this()](const beast::error_code& error) {
    if (error) self->close();
    else self->read();
  });
}

void Session::close() { stream_.close(); }

// --- Requests -------------------------------------------------------------------------------------------------

void Session::read() {
  is_kept_ = false;
  parser_.emplace();
  parser_->header_limit(longest_header);
  parser_->body_limit(longest_body);
  // The first byte of a further request may take its time, the rest may not: one that trickles in is as good as none.
  stream_.expires_after(buffer_.size() > 0 || !response_ ? context_.patience.busy : context_.patience.idle);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const beast::error_code& error, std::size_t) { self->on_read(error); });
}

void Session::on_read(const beast::error_code& error) {
  last_step_ = std::chrono::steady_clock::now();
  if (!error) return handle();
  keeps_open_ = false;
  if (const auto failure = failure_of(error)) answer(*failure);
  else close();
}

void Session::handle() {
  const auto& request = parser_->get();
  // A client that asks for HEAD would take the body of its answer for the next answer.
  const bool is_usual = request.method() == http::verb::get || request.method() == http::verb::post;
  keeps_open_ = request.keep_alive() && is_usual;
  if (request.count(http::field::host) > 1 || request.count(http::field::origin) > 1)
    return answer(Failure{400, "bad_request", "a header comes twice"});
  const auto verdict = guard_->judge(head_of(request));
  if (const auto* const failure = std::get_if<Failure>(&verdict)) return answer(*failure);
  if (const auto* const sent_on = std::get_if<SentOn>(&verdict)) return send_on(*sent_on);
  const std::string_view path = split_target(view(request.target())).path;
  if (path == "/v1" || path.starts_with("/v1/")) handle_v1();
  else handle_page();
}

void Session::handle_v1() {
  const auto& request = parser_->get();
  const auto asked = read_request(view(request.method_string()), view(request.target()), request.body());
  if (const auto* const failure = std::get_if<Failure>(&asked)) return answer(*failure);
  const auto& [level, name, arguments] = std::get<Asked>(asked);
  if (const auto failure = guard_->refusal(level)) return answer(*failure);
  const Site& site = context_.site;
  if (name.empty() && level == Level::look) return answer(site.commands.describe());
  if (const auto feed = site.feeds.find(name); feed != site.feeds.end() && level == Level::look)
    return listen(*feed->second, arguments);
  const Command* const command = site.commands.find(name);
  if (command == nullptr) return answer(site.commands.unknown(name));
  if (command->level != level)
    return answer(
        Failure{405, "bad_method",
                name + (level == Level::look ? " changes something: use POST" : " changes nothing: use GET")});
  ask(*command, arguments);
}

/// An address is looked up as it came: nothing in it is decoded or shortened, so there is nothing to trick.
void Session::handle_page() {
  const auto& request = parser_->get();
  if (request.method() != http::verb::get) return answer(Failure{405, "bad_method", "there is nothing but GET here"});
  if (!request.body().empty()) return answer(Failure{400, "bad_request", "a GET has no body"});
  const std::string_view path = split_target(view(request.target())).path;
  if (path == "/livez") {
    const bool lives = context_.site.loop_age() < Pulse::limit;
    return write(lives ? 200 : 503, "text/plain; charset=utf-8", lives ? "it lives\n" : "the loop hangs\n");
  }
  if (const auto* const file = context_.site.files.find(path)) return write(200, file->type, file->content);
  const Command* const page = path.starts_with('/') ? context_.site.pages.find(path.substr(1)) : nullptr;
  if (page != nullptr) return ask(*page, Json::object());
  answer(Failure{404, "not_found", "there is nothing at this address; /v1 lists the commands"});
}

void Session::ask(const Command& command, const Json& given) {
  auto arguments = check_arguments(command, given);
  if (const auto* const failure = std::get_if<Failure>(&arguments)) return answer(*failure);
  stream_.expires_never();  // the loop may be held by a plugin; the watchdog sees to that
  is_kept_ = context_.door.ask(command, std::move(std::get<Arguments>(arguments)), guard_->who(),
                               [self = shared_from_this()](const Answer& answer) { self->answer(answer); });
  if (!is_kept_) answer(Failure{503, "busy", "too many commands wait already; try again in a moment"});
}

void Session::listen(Feed& feed, const Json& given) {
  const Command like{"this feed", Level::look, {}, feed.spec().arguments, {}};
  auto arguments = check_arguments(like, given);
  if (const auto* const failure = std::get_if<Failure>(&arguments)) return answer(*failure);
  if (context_.readers.full()) return answer(Failure{503, "busy", "50 clients listen already"});
  std::string headers = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n";
  for (const auto& [name, value] : safety) headers.append(name).append(": ").append(value).append("\r\n");
  const auto last_seen = number_of(view(parser_->get()["Last-Event-ID"]));
  is_kept_ = true;
  context_.readers.begin(std::shared_ptr<Stream>(shared_from_this(), &stream_), feed,
                         std::move(std::get<Arguments>(arguments)), headers + "\r\n", last_seen);
}

// --- Answers --------------------------------------------------------------------------------------------------

void Session::answer(const Answer& answer) {
  if (const auto* const failure = std::get_if<Failure>(&answer)) return this->answer(*failure);
  if (const auto* const text = std::get_if<Text>(&answer)) return write(text->status, text->type, text->write());
  write(200, "application/json", text_of(std::get<Json>(answer)));
}

void Session::answer(const Failure& failure) { write(failure.status, "application/json", text_of(body_of(failure))); }

void Session::send_on(const SentOn& sent_on) {
  Response response;
  response.result(http::status::see_other);
  response.set(http::field::location, beast_view(sent_on.location));
  response.set(http::field::set_cookie, beast_view(sent_on.cookie));
  write(std::move(response));
}

void Session::write(int status, std::string_view type, std::string body) {
  Response response;
  response.result(static_cast<unsigned>(status));
  response.set(http::field::content_type, beast_view(type));
  if (status == 401) response.set(http::field::www_authenticate, "Bearer");
  response.body() = std::move(body);
  write(std::move(response));
}

void Session::write(Response response) {
  is_kept_ = false;
  last_step_ = std::chrono::steady_clock::now();
  for (const auto& [name, value] : safety) response.set(beast_view(name), beast_view(value));
  response.keep_alive(keeps_open_);
  response.prepare_payload();
  response_ = std::move(response);
  stream_.expires_after(context_.patience.busy);
  http::async_write(stream_, *response_, [self = shared_from_this()](const beast::error_code& error, std::size_t) {
    if (error) self->close();
    else if (self->keeps_open_) self->read();
    else self->end();
  });
}

/// Closing while something unread has arrived would throw away what the client has not read yet: see RFC 9112, 9.6.
void Session::end() {
  stream_.end_sending();
  stream_.expires_after(context_.patience.last_words);
  read_last_words(most_last_words);
}

void Session::read_last_words(std::size_t left) {
  stream_.async_read_some(boost::asio::buffer(scrap_),
                          [self = shared_from_this(), left](const beast::error_code& error, std::size_t size) {
                            if (error || size >= left) self->close();
                            else self->read_last_words(left - size);
                          });
}

}  // namespace amibroker::control
