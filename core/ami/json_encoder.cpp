// SPDX-License-Identifier: Apache-2.0
#include "core/ami/json_encoder.hpp"

#include <charconv>

namespace amibroker::ami {
namespace {

/// Control bytes do not come here (may_be_sent), so only two characters need an escape.
void append_text(std::string& out, std::string_view text) {
  out += '"';
  if (text.find('"') == std::string_view::npos && text.find('\\') == std::string_view::npos) {
    out += text;
  } else {
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

bool stands_before(const Action& action, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i)
    if (same_name(action[i].name, action[index].name)) return true;
  return false;
}

bool comes_again(const Action& action, std::size_t index) {
  for (std::size_t i = index + 1; i < action.size(); ++i)
    if (same_name(action[i].name, action[index].name)) return true;
  return false;
}

void append_repeated(std::string& out, const Action& action, std::size_t first) {
  char separator = '[';
  for (std::size_t i = first; i < action.size(); ++i) {
    if (!same_name(action[i].name, action[first].name)) continue;
    out += separator;
    append_text(out, action[i].value);
    separator = ',';
  }
  out += ']';
}

}  // namespace

void encode_json(const Action& action, std::uint64_t action_id, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, action_id).ptr;
  out.assign(R"({"Action":")");
  out.append(action.name());
  out.append(R"(","ActionID":")");
  out.append(digits, end);
  out += '"';
  for (std::size_t i = 0; i < action.size(); ++i) {
    if (stands_before(action, i)) continue;
    out += ',';
    append_text(out, action[i].name);
    out += ':';
    if (comes_again(action, i)) {
      append_repeated(out, action, i);
    } else {
      append_text(out, action[i].value);
    }
  }
  out += '}';
}

}  // namespace amibroker::ami
