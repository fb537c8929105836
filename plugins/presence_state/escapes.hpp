// SPDX-License-Identifier: Apache-2.0
//
// The ways in which Asterisk packs text: C escapes in events, base64 in values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace amibroker::presence_state {

/// Appends `text` to `out` without its C escapes, the way back from ast_escape_c() in Asterisk's main/utils.c, which
/// main/presencestate.c applies since 13.5: \a \b \f \n \r \t \v \\ \' \" \?. A backslash before anything else, or
/// at the end, was no escape (an older Asterisk) and stays.
void append_unescaped(std::string& out, std::string_view text);

/// Appends what is left of `text` when it is made fit for a presence: cut before a zero byte (where Asterisk's own
/// text ends), each byte that is not UTF-8 replaced by U+FFFD (a server would repair it, and its event would no
/// longer be the echo of our write), and then at most `most_bytes` bytes, cut between characters.
void append_clean(std::string& out, std::string_view text, std::size_t most_bytes);

/// Appends `bytes` in base64 (RFC 4648, with padding).
void append_base64(std::string& out, std::string_view bytes);

}  // namespace amibroker::presence_state
