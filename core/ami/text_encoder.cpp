// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_encoder.hpp"

#include <charconv>

namespace amibroker::ami {

void encode_text(const Action& action, std::uint64_t action_id, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, action_id).ptr;
  encode_text(action, std::string_view(digits, end), out);
}

void encode_text(const Action& action, std::string_view action_id, std::string& out) {
  constexpr std::string_view line_end = "\r\n";
  out.append("Action: ").append(action.name()).append("\r\nActionID: ").append(action_id).append(line_end);
  for (std::size_t i = 0; i < action.size(); ++i) {
    const Field header = action[i];
    out.append(header.name).append(": ").append(header.value).append(line_end);
  }
  out.append(line_end);
}

}  // namespace amibroker::ami
