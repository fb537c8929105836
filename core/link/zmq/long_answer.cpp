// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/long_answer.hpp"

namespace amibroker::link::zeromq {
namespace {

constexpr std::size_t slice_bytes = 256 * 1024;
// An item of a list has some hundred bytes. The answer to a Command is one object with all its lines.
constexpr std::size_t largest_object_bytes = 4 * 1024 * 1024;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

LongAnswer::State LongAnswer::step() {
  const std::size_t end_of_slice = at_ + slice_bytes;
  if (!begun_ && !begin()) return State::failed;
  while (at_ < end_of_slice) {
    if (!take_object()) return State::failed;
    skip_blanks();
    const char next = at_ < json_.size() ? json_[at_++] : '\0';
    if (next == ',') continue;
    skip_blanks();
    if (next == ']' && at_ == json_.size()) return State::done;
    fail("it is not JSON");
    return State::failed;
  }
  return State::more;
}

bool LongAnswer::begin() {
  begun_ = true;
  skip_blanks();
  if (at_ < json_.size() && json_[at_++] == '[') return true;
  return fail("it is not an array of objects");
}

bool LongAnswer::take_object() {
  skip_blanks();
  const std::string_view object = next_object();
  if (object.empty()) return fail("it is not an array of objects");
  if (object.size() > largest_object_bytes) return fail("one of its items is too long");
  const Message* message = decoder_.decode_event(object);
  if (message == nullptr) return fail(decoder_.error());
  if (!list_.add(*message)) return fail(list_.flaw());
  at_ += object.size();
  return true;
}

bool LongAnswer::fail(std::string_view why) {
  error_ = why;
  list_.clear();
  return false;
}

void LongAnswer::skip_blanks() noexcept {
  while (at_ < json_.size() && is_blank(json_[at_])) ++at_;
}

/// From the brace that opens to the one that closes; empty if there is none. Whether it is JSON, the decoder sees.
std::string_view LongAnswer::next_object() noexcept {
  if (at_ >= json_.size() || json_[at_] != '{') return {};
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = at_; i < json_.size(); ++i) {
    const char c = json_[i];
    if (in_text) {
      if (c == '\\') ++i;
      else if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return std::string_view(json_).substr(at_, i + 1 - at_);
    }
  }
  return {};
}

}  // namespace amibroker::link::zeromq
