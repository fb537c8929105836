// SPDX-License-Identifier: Apache-2.0
#include "core/ami/action_check.hpp"

#include <simdjson.h>

#include <algorithm>

#include "core/base/printable.hpp"

namespace amibroker::ami {
namespace {

constexpr std::size_t max_name_bytes = 100;
constexpr std::size_t line_overhead = 4;  // ": " and CRLF

bool is_name(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= max_name_bytes && std::all_of(text.begin(), text.end(), allowed);
}

/// What is wrong with a value, or null.
const char* flaw_of_value(std::string_view value, Bytes bytes) noexcept {
  if (value.size() > max_value_bytes) return "is longer than 1000 bytes";
  bool ascii = true;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return "holds a control byte";
    ascii = ascii && byte < 0x80;
  }
  if (!ascii && bytes == Bytes::utf8 && !simdjson::validate_utf8(value)) return "is not UTF-8";
  return nullptr;
}

}  // namespace

bool may_be_sent(const Action& action, std::string& reason, Bytes bytes) {
  if (!is_name(action.name())) {
    reason = "the action's name '" + base::printable(action.name(), 60) + "' is not made of letters, digits, _ and -";
    return false;
  }
  if (action.size() > max_action_headers) {
    reason = "action " + std::string(action.name()) + " has more than 126 headers";
    return false;
  }
  for (std::size_t i = 0; i < action.size(); ++i) {
    const Field header = action[i];
    if (!is_name(header.name)) {
      reason = "the header's name '" + base::printable(header.name, 60) + "' is not made of letters, digits, _ and -";
      return false;
    }
    if (same_name(header.name, "Action") || same_name(header.name, "ActionID")) {
      reason = "the header " + std::string(header.name) + " is set by the broker itself";
      return false;
    }
    if (const char* flaw = flaw_of_value(header.value, bytes)) {
      reason =
          "the value of " + std::string(header.name) + " " + flaw + ": '" + base::printable(header.value, 60) + "'";
      return false;
    }
    if (header.name.size() + header.value.size() + line_overhead > max_line_of_action_bytes) {
      reason =
          "the header " + std::string(header.name) + " makes a line of more than 1024 bytes, which Asterisk discards";
      return false;
    }
  }
  return true;
}

}  // namespace amibroker::ami
