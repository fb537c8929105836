// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as AMI text that our module for Asterisk turns into JSON: the broker can always read what comes out, with
// the module's number, and no header gets lost.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/ami/json_decoder.hpp"
#include "tests/fuzz/check.hpp"

extern "C" {
#include "asterisk/res_zmq_manager/ami_json.h"
}

namespace amibroker::fuzz {
namespace {

constexpr event_numbers numbers{UINT64_MAX, UINT64_MAX, UINT64_MAX};  // the longest

/// What the module writes into, freed at the end.
struct Output {
  Output() = default;
  ~Output() {
    ami_scratch_free(&scratch);
    buffer_free(&json);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] std::string_view text() const { return {json.data, json.length}; }

  buffer json{};
  ami_scratch scratch{};
};

bool holds_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// How many lines are not empty, which is how many headers there are.
std::size_t lines_in(std::string_view text) {
  std::size_t lines = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    if (end > 0) ++lines;
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return lines;
}

void check_event(std::string_view text) {
  Output out;
  ami_append_event(&out.json, &out.scratch, text.data(), text.size(), &numbers);
  check(!holds_control_byte(out.text()), "an event of the module holds no control byte");
  const auto seen = ami::peek_numbers(out.text());
  check(seen && seen->sequence == numbers.sequence && seen->name_sequence == numbers.name_sequence &&
            seen->name_previous == numbers.name_previous,
        "an event of the module ends with its numbers");
  ami::JsonDecoder decoder;
  const Message* message = decoder.decode_event(out.text());
  check(message != nullptr, "an event of the module can be read");
  check(message->find("ZmqSequence").has_value(), "an event of the module has a number");
}

void check_reply(std::string_view text) {
  Output out;
  const std::size_t objects = ami_append_reply(&out.json, &out.scratch, text.data(), text.size());
  check(!holds_control_byte(out.text()), "a reply of the module holds no control byte");
  ami::JsonDecoder decoder;
  const auto messages = decoder.decode_reply(out.text());
  check(messages.size() == objects, "a reply of the module can be read");
  std::size_t headers = 0;
  for (const Message& message : messages) headers += message.size();
  check(headers == lines_in(text), "a reply of the module has each header");
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  amibroker::fuzz::check_event(text);
  amibroker::fuzz::check_reply(text);
  return 0;
}
