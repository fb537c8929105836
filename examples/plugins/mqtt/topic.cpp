// SPDX-License-Identifier: Apache-2.0
#include "topic.hpp"

#include <algorithm>

namespace mqtt {
namespace {

bool stays(char c) noexcept {
  return c > ' ' && c <= '~' && std::string_view("/+#%").find(c) == std::string_view::npos;
}

}  // namespace

void append_level(std::string& topic, std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : name) {
    if (stays(c)) {
      topic += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    topic.append(1, '%').append(1, digits[byte / 16]).append(1, digits[byte % 16]);
  }
}

std::string fault_of_prefix(std::string_view prefix) {
  if (prefix.size() > 100) return "is longer than 100 bytes";
  if (prefix.empty() || prefix.front() == '/' || prefix.back() == '/' || prefix.find("//") != prefix.npos)
    return "must be one or more words with / between them, such as amibroker or building/phones";
  if (prefix.front() == '$') return "must not begin with $: such topics belong to the MQTT broker";
  if (!std::all_of(prefix.begin(), prefix.end(), [](char c) { return c == '/' || stays(c); }))
    return "must be of letters, digits and signs of ASCII, without blank, +, # and %";
  return {};
}

}  // namespace mqtt
