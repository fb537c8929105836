// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_value.hpp"

#include "plugins/presence_state/escapes.hpp"

namespace amibroker::presence_state {
namespace {

/// Whether a text comes through as it is. PRESENCE_STATE has no quoting: a comma would shift the fields.
bool is_plain(std::string_view text) noexcept {
  if (text.empty()) return true;
  if (text.front() == ' ' || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != ','; });
}

}  // namespace

std::string_view PresenceValue::from_event(std::string_view status, std::string_view subtype,
                                           std::string_view message) {
  clean(subtype_, subtype);
  clean(message_, message);
  value_.assign(status);
  if (subtype_.empty() && message_.empty()) return value_;
  if (is_plain(subtype_) && is_plain(message_)) {
    value_.append(",").append(subtype_).append(",").append(message_);
    return value_;
  }
  value_.append(",");
  append_base64(value_, subtype_);
  value_.append(",");
  append_base64(value_, message_);
  value_.append(",e");
  return value_;
}

void PresenceValue::clean(std::string& out, std::string_view escaped) {
  // An escape is two bytes for one, and a longer text is cut anyway: no work is done for a text of a mebibyte.
  unescaped_.clear();
  append_unescaped(unescaped_, escaped.substr(0, 2 * (longest_text + 1)));
  out.clear();
  append_clean(out, unescaped_, longest_text);
}

}  // namespace amibroker::presence_state
