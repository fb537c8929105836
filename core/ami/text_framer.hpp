// SPDX-License-Identifier: Apache-2.0
//
// Where one AMI message ends and the next begins, in the bytes of a native connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace amibroker::ami {

/// Longest banner in bytes without its line end; Asterisk's has about 30. What is longer comes from another service.
inline constexpr std::size_t max_banner_bytes = 256;
/// Longest line in bytes without its line end. Asterisk itself cuts most lines far below (a channel variable at 4 KiB
/// in VarSet, a line of a command's output at 4 KiB or less).
inline constexpr std::size_t max_line_bytes = std::size_t{64} << 10;
/// Largest event in bytes, with its line ends. Asterisk's own have some hundred bytes up to a few KiB.
inline constexpr std::size_t max_event_bytes = std::size_t{256} << 10;
/// Most headers of an event: the largest repeat `Variable` or `ChanVariable` for each variable of a channel.
inline constexpr std::size_t max_event_headers = 1000;
/// Largest reply in bytes, with its line ends: a Command reply holds all that a command prints (`dialplan show` on a
/// large server prints some MiB), GetConfig a whole file.
inline constexpr std::size_t max_reply_bytes = std::size_t{16} << 20;
/// Most headers of a reply: a Command reply has one for each line of output.
inline constexpr std::size_t max_reply_headers = 200'000;

/// Cuts the bytes of one AMI connection into messages. The bytes may arrive in any pieces; each is looked at once. Line
/// ends are CRLF or LF, also mixed. All input is hostile: a message above a limit is not stored any further.
///
/// The user asks for room, writes into it, says how much, and takes pieces until `incomplete`, again and again:
///
///     const auto room = framer.room(4096);
///     framer.added(socket.read(room));
///     for (auto piece = framer.next(); piece.kind != TextFramer::Kind::incomplete; piece = framer.next()) ...
///
/// Used in this way, it never holds more than one message and what was read after it. Not safe for several threads at
/// once.
class TextFramer {
 public:
  enum class Kind : std::uint8_t {
    incomplete,  ///< nothing more until more bytes come
    banner,      ///< the first line of the connection; its text is for the user to judge
    event,       ///< a message whose first header is `Event`
    reply,       ///< any other message
    bad,         ///< a message above a limit: said once, its rest is left out, what comes after it is as usual.
                 ///< Before the banner: this is no AMI, the connection is to be dropped, and until restart() nothing
                 ///< else comes
  };
  struct Piece {
    Kind kind = Kind::incomplete;
    /// event, reply: all lines, each with its line end, without the empty line after them. banner: the line without
    /// its line end. Otherwise empty.
    std::string_view text;
    /// bad: one short reason without the input's bytes. Never goes out of scope.
    std::string_view why;
  };

  /// Where the next bytes are to be written: `least` bytes or more. Ends the life of the last piece's text.
  [[nodiscard]] std::span<char> room(std::size_t least);

  /// So many bytes were written at the start of what room() gave.
  void added(std::size_t bytes) noexcept { end_ += bytes; }

  /// The next piece; its text is valid until the next room() or restart(). Empty lines between messages are skipped.
  [[nodiscard]] Piece next() noexcept;

  /// A new connection: what is left of the old one is forgotten, a banner comes first. Keeps its memory.
  void restart() noexcept;

  /// Size of the buffer. It grows with the message that is on its way and shrinks again after a large one.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  enum class State : std::uint8_t { banner, message, skipping, not_ami };

  [[nodiscard]] Piece next_banner() noexcept;
  [[nodiscard]] Piece next_message() noexcept;
  [[nodiscard]] bool skip_message() noexcept;
  [[nodiscard]] bool find_empty_line() noexcept;
  void note_lines(std::size_t at, std::uint64_t feeds) noexcept;
  [[nodiscard]] std::string_view flaw(bool event, bool complete) const noexcept;
  void take(std::size_t bytes) noexcept;
  void reallocate(std::size_t capacity);
  [[nodiscard]] std::string_view held() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of the message on its way, in the buffer; the other positions count from here
  std::size_t end_ = 0;    // one past the last byte that was added, in the buffer
  std::size_t scanned_ = 0;
  std::size_t text_end_ = 0;    // where the empty line that was found last begins
  std::size_t line_begin_ = 0;  // of the line on its way
  std::size_t lines_ = 0;       // complete ones of this message, the empty line too
  bool long_line_ = false;
  std::string_view skip_until_;  // skipping: what the empty line must be the end of; empty: nothing
  State state_ = State::banner;
};

}  // namespace amibroker::ami
