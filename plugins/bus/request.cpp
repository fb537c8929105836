// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/request.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "amibroker/message.hpp"

namespace amibroker::bus {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t deepest = 4;
constexpr std::size_t most_headers = 126;    // what the broker sends, which says so itself, but later
constexpr std::size_t longest_name = 100;    // of a header or an action, in bytes
constexpr std::size_t longest_value = 1000;  // as Action says
constexpr std::size_t longest_action_id = 200;

/// What is wrong with a request; caught in `read`.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// At most 60 bytes that are fit for an answer and a log line.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return '"' + out + (text.size() > 60 ? "..." : "") + '"';
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string text_of(std::string_view name, const element& value) {
  switch (value.type()) {
    case element_type::STRING: break;
    case element_type::INT64: return std::to_string(std::int64_t(value));
    case element_type::UINT64: return std::to_string(std::uint64_t(value));
    case element_type::BOOL: return bool(value) ? "true" : "false";
    default: throw Wrong(shown(name) + " has to be a text, a whole number, true or false, or a list of these");
  }
  const std::string_view text = value;
  if (text.size() > longest_value) throw Wrong("the value of " + shown(name) + " is longer than 1000 bytes");
  // Asterisk would take what follows a line end for a further header.
  if (has_control_byte(text)) throw Wrong("the value of " + shown(name) + " holds a control byte");
  return std::string(text);
}

/// Fills a request in, name by name.
class Filler {
 public:
  explicit Filler(Request& request) : request_(request) {}

  void take(std::string_view name, const element& value) {
    if (same_name(name, "server")) return set_once(has_server_, name, request_.server, value);
    if (same_name(name, "ActionID")) return set_action_id(name, value);
    if (same_name(name, "Action")) return set_once(has_action_, name, action_, value);
    if (!is_word(name)) throw Wrong("the name " + shown(name) + " is not made of letters, digits, _ and -");
    if (!value.is_array()) return add(name, value);
    for (const element one : simdjson::dom::array(value)) add(name, one);
  }

  /// Makes the action of what was taken.
  void finish() {
    if (request_.server.empty()) throw Wrong(R"("server" is missing: the name of the server's section)");
    if (!is_word(action_)) throw Wrong("\"Action\" has to be the name of an action, not " + shown(action_));
    request_.action.reset(action_);
    for (const auto& [name, value] : headers_) request_.action.add(name, value);
  }

 private:
  static void set_once(bool& is_set, std::string_view name, std::string& to, const element& value) {
    if (std::exchange(is_set, true)) throw Wrong(shown(name) + " is there twice");
    to = text_of(name, value);
  }
  void set_action_id(std::string_view name, const element& value) {
    std::string id;
    set_once(has_action_id_, name, id, value);
    if (id.size() > longest_action_id) throw Wrong("\"ActionID\" is longer than 200 bytes");
    request_.action_id = std::move(id);
  }
  void add(std::string_view name, const element& value) {
    if (headers_.size() >= most_headers) throw Wrong("an action has at most 126 headers");
    headers_.emplace_back(name, text_of(name, value));
  }

  Request& request_;
  std::string action_;
  std::vector<std::pair<std::string, std::string>> headers_;
  bool has_server_ = false;
  bool has_action_ = false;
  bool has_action_id_ = false;
};

}  // namespace

struct RequestReader::Parser {
  simdjson::dom::parser json{longest_request};
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) {
  if (parser_->json.allocate(longest_request, deepest) != simdjson::SUCCESS) throw std::bad_alloc();
}

RequestReader::~RequestReader() = default;

std::variant<Request, BadRequest> RequestReader::read(std::string_view text) {
  Request request;
  try {
    if (text.size() > longest_request) throw Wrong("the request is longer than 16384 bytes");
    simdjson::dom::object object;
    if (parser_->json.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS)
      throw Wrong(R"(the request is no JSON object such as {"server":"pbx1","Action":"Ping"})");
    Filler filler(request);
    for (const auto& [name, value] : object) filler.take(name, value);
    filler.finish();
    return request;
  } catch (const Wrong& wrong) {
    return BadRequest{std::move(request.action_id), wrong.what()};
  }
}

bool AllowedNames::has(std::string_view action) const noexcept {
  return std::any_of(names_.begin(), names_.end(),
                     [action](const std::string& name) { return same_name(name, action); });
}

}  // namespace amibroker::bus
