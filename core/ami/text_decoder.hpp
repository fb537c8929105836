// SPDX-License-Identifier: Apache-2.0
//
// What native AMI carries from a server, as Messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker::ami {

/// The name of an event without decoding it: the value of `Event` if that is the first header; otherwise an empty
/// text.
[[nodiscard]] std::string_view peek_text_event(std::string_view text) noexcept;

/// The value of the first ActionID, wherever it is; empty if there is none. One pass over the text.
[[nodiscard]] std::string_view peek_action_id(std::string_view text) noexcept;

/// Reads messages as TextFramer gives them: lines that end in CRLF or LF, without the empty line. A line is split at
/// its first colon, and one blank after it is taken away. A line without a colon, or that begins with one, becomes a
/// header `Output` with the whole line as value, as our Asterisk module does (split_line in
/// asterisk/res_zmq_manager/ami_json.c); so does each raw line of the old form of a Command reply (command_reply.hpp).
/// Values are not judged: they may hold any byte but a line end.
///
/// The result of a call is made of views into the input. It lives in the decoder until its next call, and as long as
/// the input does: one decoder serves one kind of message on one thread. The memory that a large message took is given
/// back with the next call.
class TextDecoder {
 public:
  /// One message. Null if there is no line in it.
  [[nodiscard]] const Message* decode(std::string_view text);

  /// Why the last call failed; one short line without the input's bytes.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  void append_lines(std::string_view text);
  void append_raw_lines(std::string_view text);
  void make_room();

  std::vector<Field> fields_;  // its size is the room for them; asking for each header whether it fits would show
  std::size_t count_ = 0;      // of those in use
  Message message_;
  std::string error_;
};

}  // namespace amibroker::ami
