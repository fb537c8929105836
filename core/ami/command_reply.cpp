// SPDX-License-Identifier: Apache-2.0
#include "core/ami/command_reply.hpp"

namespace amibroker::ami {
namespace {

/// Takes `line` and its line end, CRLF or LF, off the front of `text`.
bool take_line(std::string_view& text, std::string_view line) noexcept {
  if (!text.starts_with(line)) return false;
  std::string_view rest = text.substr(line.size());
  if (rest.starts_with('\r')) rest.remove_prefix(1);
  if (!rest.starts_with('\n')) return false;
  text = rest.substr(1);
  return true;
}

bool take_head(std::string_view& text) noexcept {
  constexpr std::size_t at = std::string_view("Response: ").size();
  if (text.size() <= at || text[at] != 'F') return false;  // nearly all messages; this is asked of each
  return take_line(text, "Response: Follows") && take_line(text, "Privilege: Command");
}

}  // namespace

std::string_view end_of_raw_reply(std::string_view text) noexcept {
  std::string_view rest = text;
  if (!take_head(rest)) return {};
  return text[text.find('\n') - 1] == '\r' ? "--END COMMAND--\r\n\r\n" : "--END COMMAND--\n\n";
}

std::size_t raw_lines_begin(std::string_view text) noexcept {
  constexpr std::string_view action_id = "ActionID:";
  std::string_view rest = text;
  if (!take_head(rest)) return 0;
  if (rest.starts_with(action_id)) {
    const std::size_t end = rest.find('\n');
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return text.size() - rest.size();
}

}  // namespace amibroker::ami
