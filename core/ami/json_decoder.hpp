// SPDX-License-Identifier: Apache-2.0
//
// What the module's wire carries from a server, as Messages.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::ami {

/// The name of an event without decoding it: the value of `Event` if that is the object's first key and holds no
/// escape, as the module sends it; otherwise an empty text.
[[nodiscard]] std::string_view peek_event_name(std::string_view json) noexcept;

/// The numbers that our module gives an event (asterisk/res_zmq_manager/README.md).
struct EventNumbers {
  std::uint64_t sequence = 0;       ///< among all events
  std::uint64_t name_sequence = 0;  ///< among those of its name; 0: the module does not say it
  std::uint64_t name_previous = 0;  ///< `sequence` of the event of this name before it; 0: none, or it is not said

  friend bool operator==(const EventNumbers&, const EventNumbers&) = default;
};

/// The numbers of an event without decoding it: the values of `ZmqSequence`, if that is the object's last key, and of
/// `ZmqNamePrevious` and `ZmqNameSequence`, if both are right before it, in the form in which our module writes them,
/// without blanks; otherwise nothing. Looks at the last 120 bytes at most. The text inside a value is never taken
/// for them, because quotes in it are escaped.
[[nodiscard]] std::optional<EventNumbers> peek_numbers(std::string_view json) noexcept;

/// Reads JSON that a server sent. All input is hostile: whatever is not UTF-8, not JSON, or not flat is refused as a
/// whole, and `error` says why. Values are strings, or arrays of them (a repeated header); a number or a boolean, which
/// other modules may send, is taken as its text.
///
/// The result of a call lives in the decoder until its next call, and as long as the input does: one decoder serves one
/// kind of message on one thread. Plain messages take a shortcut (plain_json.hpp), simdjson reads all others. Its
/// memory grows to the largest message seen.
class JsonDecoder {
 public:
  /// One flat object. Null if it cannot be read.
  [[nodiscard]] const Message* decode_event(std::string_view json);

  /// An array of flat objects, one or more. Empty if it cannot be read.
  [[nodiscard]] std::span<const Message> decode_reply(std::string_view json);

  /// Why the last call failed; one short line without the input's bytes but for a header's name.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  bool parse(std::string_view json, simdjson::dom::element& root);
  bool append_object(simdjson::dom::element element);
  bool append_value(std::string_view name, simdjson::dom::element value);
  bool append_text(std::string_view name, simdjson::dom::element value);

  simdjson::dom::parser parser_;
  std::unique_ptr<char[]> buffer_;  // the input with the padding that simdjson reads past the end
  std::size_t capacity_ = 0;
  std::vector<Field> fields_;
  std::deque<std::string> texts_;  // of values that are not strings
  std::vector<std::size_t> ends_;  // one past the last field of each object
  std::vector<Message> messages_;
  std::string error_;
};

}  // namespace amibroker::ami
