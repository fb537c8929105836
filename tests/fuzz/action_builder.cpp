// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as an action that a plugin asks for: what may be sent holds no control byte, and read again it is the same
// action. The input is the action's name, then names and values of headers in turn, with a byte 0xff between texts:
// that byte is part of no UTF-8.
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ami/action_check.hpp"
#include "core/ami/json_decoder.hpp"
#include "core/ami/json_encoder.hpp"
#include "core/ami/text_decoder.hpp"
#include "core/ami/text_encoder.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

constexpr std::uint64_t action_id = UINT64_MAX;  // the longest

/// The text up to the next separator, taken off the input.
std::string_view take_text(std::string_view& input) {
  const std::size_t end = std::min(input.find('\xff'), input.size());
  const std::string_view text = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return text;
}

Action action_of(std::string_view input) {
  Action action(take_text(input));
  while (!input.empty()) {
    const std::string_view name = take_text(input);
    action.add(name, take_text(input));
  }
  return action;
}

bool holds_control_byte(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return std::any_of(text.begin(), text.end(), is_control);
}

bool may_never_be_sent(const Action& action) {
  bool never = holds_control_byte(action.name()) || action.name().empty();
  for (std::size_t i = 0; i < action.size(); ++i) {
    const auto [name, value] = action[i];
    never = never || name.empty() || name.find_first_of(": ") != name.npos || same_name(name, "ActionID");
    never = never || holds_control_byte(name) || holds_control_byte(value) || !simdjson::validate_utf8(value);
  }
  return never;
}

/// The headers as JSON carries them: a repeated one where it stands first, with all its values and its first spelling.
std::vector<Field> grouped(const Action& action) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < action.size(); ++i) {
    const auto is_same = [&](const Field& field) { return same_name(field.name, action[i].name); };
    const auto last = std::find_if(fields.rbegin(), fields.rend(), is_same);
    const std::string_view name = last == fields.rend() ? action[i].name : last->name;
    fields.insert(last == fields.rend() ? fields.end() : last.base(), {name, action[i].value});
  }
  return fields;
}

void check_same(const Message& message, std::string_view action_name, const std::vector<Field>& headers) {
  check(message.size() == headers.size() + 2, "as many headers are read as were written");
  const auto field = message.begin();
  check(field[0].name == "Action" && field[0].value == action_name, "the name is read as it was written");
  check(field[1].name == "ActionID" && field[1].value == std::to_string(action_id), "the ActionID is read as written");
  for (std::size_t i = 0; i < headers.size(); ++i)
    check(field[i + 2].name == headers[i].name && field[i + 2].value == headers[i].value,
          "each header is read as it was written");
}

void check_json(const Action& action) {
  std::string json;
  ami::encode_json(action, action_id, json);
  check(!holds_control_byte(json), "JSON that is sent holds no control byte");
  ami::JsonDecoder decoder;
  const Message* message = decoder.decode_event(json);
  check(message != nullptr, "JSON that is sent can be read");
  check_same(*message, action.name(), grouped(action));
}

void check_text(const Action& action) {
  constexpr std::string_view line_end = "\r\n";
  constexpr std::size_t max_line_bytes = 1024;  // struct mansession, main/manager.c
  std::string text;
  ami::encode_text(action, action_id, text);
  check(text.ends_with("\r\n\r\n"), "text that is sent ends with an empty line");
  const std::string_view headers(text.data(), text.size() - line_end.size());
  std::size_t lines = 0;
  for (std::string_view rest = headers; !rest.empty(); ++lines) {
    const std::size_t end = rest.find(line_end);
    check(end != rest.npos && end > 0 && end + line_end.size() <= max_line_bytes, "a line is within AMI's limit");
    check(!holds_control_byte(rest.substr(0, end)), "text that is sent holds no control byte but line ends");
    rest.remove_prefix(end + line_end.size());
  }
  check(lines == action.size() + 2, "a header is a line");
  ami::TextDecoder decoder;
  const Message* message = decoder.decode(headers);
  check(message != nullptr, "text that is sent can be read");
  std::vector<Field> fields;
  for (std::size_t i = 0; i < action.size(); ++i) fields.push_back(action[i]);
  check_same(*message, action.name(), fields);
}

void run(std::string_view input) {
  const Action action = action_of(input);
  std::string reason;
  if (!ami::may_be_sent(action, reason)) {
    check(is_one_line(reason, 500), "an action that is refused is refused with one line");
    return;
  }
  check(!may_never_be_sent(action), "an action that Asterisk would read otherwise is refused");
  check_json(action);
  check_text(action);
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
