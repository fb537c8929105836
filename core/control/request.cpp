// SPDX-License-Identifier: Apache-2.0
#include "core/control/request.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::control {
namespace {

constexpr std::string_view root = "/v1";
constexpr std::size_t longest_target = 2000;
constexpr std::size_t longest_name = 40;
constexpr std::size_t most_arguments = 20;

Failure bad(std::string text) { return {400, "bad_request", std::move(text)}; }

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Nothing if a % is not followed by two digits.
std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::variant<Json, Failure> read_body(std::string_view body) {
  if (body.empty()) return Json::object();
  // The parser leaves out what this does not want and keeps the last of two, which is not what the client meant.
  bool is_flat = true;
  std::set<std::string> names;
  const auto look = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::key) is_flat = is_flat && names.insert(value.get<std::string>()).second;
    else if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start)
      is_flat = is_flat && depth == 0;
    return is_flat;
  };
  Json arguments = Json::parse(body, look, false);
  if (!is_flat) return bad("an argument comes twice, or is neither text, number, true nor false");
  if (arguments.is_discarded() || !arguments.is_object()) return bad("the body must be one JSON object");
  if (arguments.size() > most_arguments) return bad("there are too many arguments");
  return arguments;
}

}  // namespace

Target split_target(std::string_view target) noexcept {
  const std::size_t question = std::min(target.find('?'), target.size());
  return {target.substr(0, question), target.substr(std::min(question + 1, target.size()))};
}

std::variant<Json, Failure> read_query(std::string_view query) {
  Json arguments = Json::object();
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    const std::size_t equal = std::min(one.find('='), one.size());
    auto name = decoded(one.substr(0, equal));
    auto value = decoded(one.substr(std::min(equal + 1, one.size())));
    if (!name || !value || name->empty()) return bad("an argument is written wrongly: write name=value, and %25 for %");
    if (arguments.size() >= most_arguments) return bad("there are too many arguments");
    if (arguments.contains(*name)) return bad("argument \"" + base::printable(*name, longest_name) + "\" comes twice");
    arguments[*std::move(name)] = *std::move(value);
  }
  return arguments;
}

std::variant<Asked, Failure> read_request(std::string_view method, std::string_view target, std::string_view body) {
  if (method != "GET" && method != "POST")
    return Failure{405, "bad_method", "write GET for a command that looks, and POST for one that changes something"};
  if (target.size() > longest_target) return Failure{414, "too_long", "the address is longer than 2,000 bytes"};
  auto [path, query] = split_target(target);
  if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/'))
    return Failure{404, "not_found", "there is nothing but /v1/COMMAND here"};
  path.remove_prefix(std::min(path.size(), root.size() + 1));

  Asked asked;
  asked.level = method == "GET" ? Level::look : Level::change;
  asked.name = path;
  auto arguments = asked.level == Level::look ? read_query(query) : read_body(body);
  if (asked.level == Level::look && !body.empty()) return bad("a GET has no body");
  if (asked.level == Level::change && !query.empty()) return bad("a POST has its arguments in the body, as JSON");
  if (auto* failure = std::get_if<Failure>(&arguments)) return std::move(*failure);
  asked.arguments = std::move(std::get<Json>(arguments));
  return asked;
}

}  // namespace amibroker::control
