// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a frame of the module's wire: what is looked at without decoding agrees with what decoding gives, and
// the short way through plain JSON agrees with simdjson's.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ami/json_decoder.hpp"
#include "core/ami/plain_json.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

/// A message that outlives its decoder.
using Fields = std::vector<std::pair<std::string, std::string>>;

Fields copy_of(const Message& message) {
  Fields fields;
  for (const Field& field : message) fields.emplace_back(field.name, field.value);
  return fields;
}

std::optional<Fields> event_of(std::string_view json) {
  ami::JsonDecoder decoder;
  const Message* message = decoder.decode_event(json);
  if (message != nullptr) return copy_of(*message);
  check(is_one_line(decoder.error(), 500), "an event that is refused is refused with one line");
  return std::nullopt;
}

std::vector<Fields> reply_of(std::string_view json) {
  ami::JsonDecoder decoder;
  std::vector<Fields> messages;
  for (const Message& message : decoder.decode_reply(json)) messages.push_back(copy_of(message));
  if (messages.empty()) check(is_one_line(decoder.error(), 500), "a reply that is refused is refused with one line");
  return messages;
}

void check_text(const Fields& fields, std::size_t json_bytes) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    bytes += value.size();
    check(simdjson::validate_utf8(name) && simdjson::validate_utf8(value), "what is decoded is UTF-8");
  }
  check(bytes <= json_bytes && fields.size() <= json_bytes, "a message is not larger than its JSON");
}

bool is_inside(std::string_view part, std::string_view whole) {
  constexpr std::less_equal<const char*> not_behind;
  return not_behind(whole.data(), part.data()) && not_behind(part.data() + part.size(), whole.data() + whole.size());
}

void check_plain(std::string_view json) {
  std::vector<Field> fields;
  if (!ami::read_plain_object(json, fields)) return;
  for (const Field& field : fields)
    check(is_inside(field.name, json) && is_inside(field.value, json), "plain fields lie inside the JSON");
  if (fields.front().name == "Event")
    check(ami::peek_event_name(json) == fields.front().value, "the name of a plain event is seen without decoding");
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void check_peeks(std::string_view json, const std::optional<Fields>& event) {
  const std::string_view name = ami::peek_event_name(json);
  check(name.empty() || is_inside(name, json), "the name lies inside the JSON");
  const auto numbers = ami::peek_numbers(json);
  if (!event) return;
  if (!name.empty())
    check(event->front().first == "Event" && event->front().second == name, "the name is the one of the event");
  if (!numbers) return;
  const auto says = [&](std::size_t from_the_end, std::string_view key, std::uint64_t number) {
    if (event->size() < from_the_end) return false;
    const auto& [name_of_key, value] = *(event->end() - static_cast<std::ptrdiff_t>(from_the_end));
    return name_of_key == key && number_of(value) == number;
  };
  check(says(1, "ZmqSequence", numbers->sequence), "the number is the one of the event");
  if (numbers->name_sequence == 0) return;
  check(says(2, "ZmqNameSequence", numbers->name_sequence) && says(3, "ZmqNamePrevious", numbers->name_previous),
        "the numbers of its name are the ones of the event");
}

void run(std::string_view json) {
  const auto event = event_of(json);
  const auto reply = reply_of(json);
  if (event) check_text(*event, json.size());
  for (const Fields& message : reply) check_text(message, json.size());
  check(!event || reply.empty(), "nothing is both an event and a reply");
  check_plain(json);
  check_peeks(json, event);

  // A blank behind it changes nothing, but the short way does not take it.
  const std::string longer = std::string(json) + ' ';
  check(event_of(longer) == event, "an event is the same by the short way and by simdjson's");
  check(reply_of(longer) == reply, "a reply is the same by the short way and by simdjson's");
  if (!event) return;
  const auto in_brackets = reply_of('[' + std::string(json) + ']');
  check(in_brackets.size() == 1 && in_brackets[0] == *event, "an event in brackets is a reply of one");
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
