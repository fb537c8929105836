// SPDX-License-Identifier: Apache-2.0
#include "core/ami/json_decoder.hpp"

#include <algorithm>
#include <charconv>

#include "core/ami/plain_json.hpp"
#include "core/base/printable.hpp"

namespace amibroker::ami {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t least_capacity = 4096;

std::string_view kind_of(dom::element element) noexcept {
  switch (element.type()) {
    case dom::element_type::ARRAY: return "an array";
    case dom::element_type::OBJECT: return "an object";
    case dom::element_type::STRING: return "a string";
    case dom::element_type::BOOL: return "a boolean";
    case dom::element_type::NULL_VALUE: return "null";
    default: return "a number";
  }
}

std::size_t skip_blanks(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) ++at;
  return at;
}

/// Takes a member `"key":"digits"` off the end of an object's inner text, and the comma before it. `key` includes
/// what is between it and the digits. Nothing if the text ends otherwise; it may be shorter then.
std::optional<std::uint64_t> take_last_number(std::string_view& json, std::string_view key) noexcept {
  constexpr std::size_t most_digits = 20;  // of 64 bits
  if (!json.ends_with('"')) return std::nullopt;
  json.remove_suffix(1);
  std::size_t begin = json.size();
  while (begin > 0 && json.size() - begin < most_digits && json[begin - 1] >= '0' && json[begin - 1] <= '9') --begin;
  const std::string_view digits = json.substr(begin);
  json.remove_suffix(digits.size());
  if (!json.ends_with(key)) return std::nullopt;
  json.remove_suffix(key.size());
  // A quote after anything else ends a value, or is escaped and part of one.
  if (!json.ends_with(',') && !json.ends_with('{')) return std::nullopt;
  json.remove_suffix(1);
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

std::string_view peek_event_name(std::string_view json) noexcept {
  constexpr std::string_view usual = R"({"Event":")";
  std::size_t begin = usual.size();
  if (!json.starts_with(usual)) {
    constexpr std::string_view key = R"("Event")";
    std::size_t at = skip_blanks(json, 0);
    if (at >= json.size() || json[at] != '{') return {};
    at = skip_blanks(json, at + 1);
    if (json.substr(at, key.size()) != key) return {};
    at = skip_blanks(json, at + key.size());
    if (at >= json.size() || json[at] != ':') return {};
    at = skip_blanks(json, at + 1);
    if (at >= json.size() || json[at] != '"') return {};
    begin = at + 1;
  }
  for (std::size_t end = begin; end < json.size(); ++end) {
    const auto byte = static_cast<unsigned char>(json[end]);
    if (byte == '"') return json.substr(begin, end - begin);
    if (byte == '\\' || byte < 0x20 || byte >= 0x7f) return {};
  }
  return {};
}

std::optional<EventNumbers> peek_numbers(std::string_view json) noexcept {
  if (!json.ends_with('}')) return std::nullopt;
  json.remove_suffix(1);
  const auto sequence = take_last_number(json, R"("ZmqSequence":")");
  if (!sequence) return std::nullopt;
  EventNumbers numbers{.sequence = *sequence};
  const auto name_sequence = take_last_number(json, R"("ZmqNameSequence":")");
  if (!name_sequence) return numbers;
  if (const auto name_previous = take_last_number(json, R"("ZmqNamePrevious":")")) {
    numbers.name_sequence = *name_sequence;
    numbers.name_previous = *name_previous;
  }
  return numbers;
}

const Message* JsonDecoder::decode_event(std::string_view json) {
  fields_.clear();
  if (read_plain_object(json, fields_)) {
    messages_.assign(1, Message(fields_));
    return &messages_.front();
  }
  dom::element root;
  if (!parse(json, root) || !append_object(root)) return nullptr;
  messages_.assign(1, Message(fields_));
  return &messages_.front();
}

std::span<const Message> JsonDecoder::decode_reply(std::string_view json) {
  fields_.clear();
  if (read_plain_array_of_one(json, fields_)) {
    messages_.assign(1, Message(fields_));
    return messages_;
  }
  dom::element root;
  if (!parse(json, root)) return {};
  dom::array array;
  if (root.get_array().get(array) != simdjson::SUCCESS) {
    error_ = "it is " + std::string(kind_of(root)) + ", not an array of objects";
    return {};
  }
  for (const dom::element element : array)
    if (!append_object(element)) return {};
  if (ends_.empty()) {
    error_ = "it is an empty array";
    return {};
  }
  messages_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    messages_.emplace_back(std::span(fields_).subspan(begin, end - begin));
    begin = end;
  }
  return messages_;
}

bool JsonDecoder::parse(std::string_view json, dom::element& root) {
  fields_.clear();
  texts_.clear();
  ends_.clear();
  if (json.size() > capacity_ || !buffer_) {
    capacity_ = std::max(json.size(), least_capacity);
    buffer_ = std::make_unique<char[]>(capacity_ + simdjson::SIMDJSON_PADDING);
  }
  std::copy_n(json.data(), json.size(), buffer_.get());  // unlike memcpy it takes an empty text without address
  const auto outcome = parser_.parse(buffer_.get(), json.size(), false).get(root);
  if (outcome == simdjson::SUCCESS) return true;
  error_ = outcome == simdjson::UTF8_ERROR ? "it is not UTF-8" : "it is not JSON";
  return false;
}

bool JsonDecoder::append_object(dom::element element) {
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) {
    error_ = "it holds " + std::string(kind_of(element)) + " where an object belongs";
    return false;
  }
  for (const dom::key_value_pair member : object)
    if (!append_value(member.key, member.value)) return false;
  ends_.push_back(fields_.size());
  return true;
}

bool JsonDecoder::append_value(std::string_view name, dom::element value) {
  if (append_text(name, value)) return true;
  dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) {
    error_ = "the value of '" + base::printable(name, 60) + "' is " + std::string(kind_of(value)) + ", not a string";
    return false;
  }
  for (const dom::element item : array) {
    if (append_text(name, item)) continue;
    error_ = "the array '" + base::printable(name, 60) + "' holds " + std::string(kind_of(item)) + ", not a string";
    return false;
  }
  return true;
}

bool JsonDecoder::append_text(std::string_view name, dom::element value) {
  std::string_view text;
  switch (value.type()) {
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT:
    case dom::element_type::NULL_VALUE: return false;
    case dom::element_type::STRING:
      if (value.get_string().get(text) != simdjson::SUCCESS) return false;
      break;
    default: text = texts_.emplace_back(simdjson::minify(value));
  }
  fields_.push_back({name, text});
  return true;
}

}  // namespace amibroker::ami
