// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a native AMI connection: however they arrive they are the same messages, and what is decoded of each
// lies inside its text. Two bytes that are part of no UTF-8 make long inputs of short ones, so that limits are reached:
// 0xfe N is 256 * N times the byte before it, 0xfd N is 8 * N times the line before it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ami/text_decoder.hpp"
#include "core/ami/text_framer.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

using ami::TextFramer;

constexpr std::size_t most_bytes = std::size_t{300} << 10;  // above the limits of a line and of an event

std::string_view last_line(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t end = text.rfind('\n', text.size() - 2);
  return text.size() < 2 || end == text.npos ? text : text.substr(end + 1);
}

std::string expanded(std::string_view input) {
  std::string text;
  for (std::size_t i = 0; i < input.size() && text.size() < most_bytes; ++i) {
    const bool is_command = (input[i] == '\xfe' || input[i] == '\xfd') && i + 1 < input.size() && !text.empty();
    if (!is_command) {
      text += input[i];
      continue;
    }
    const bool is_byte = input[i] == '\xfe';
    const std::string unit(is_byte ? std::string_view(text).substr(text.size() - 1) : last_line(text));
    std::size_t times = static_cast<unsigned char>(input[++i]) * std::size_t{is_byte ? 256U : 8U};
    for (; times > 0 && text.size() < most_bytes; --times) text += unit;
  }
  return text;
}

/// A piece that outlives the framer's buffer. Of several limits that a message is above, the one that is seen first may
/// differ with the parts: the reason does not tell pieces apart.
struct Piece {
  TextFramer::Kind kind;
  std::string text;
  std::string why;
  friend bool operator==(const Piece& a, const Piece& b) { return a.kind == b.kind && a.text == b.text; }
};

/// The pieces of the input where it arrives in parts of up to `most` bytes, and of one size if `even`.
std::vector<Piece> pieces_of(std::string_view input, std::size_t most, bool even) {
  TextFramer framer;
  std::vector<Piece> pieces;
  std::uint32_t random = 1;
  const std::size_t size = input.size();
  while (!input.empty()) {
    random = random * 1664525 + 1013904223;
    const std::size_t part = std::min(even ? most : 1 + (random >> 8) % most, input.size());
    const auto room = framer.room(part);
    check(room.size() >= part, "there is as much room as was asked for");
    std::copy_n(input.data(), part, room.data());
    framer.added(part);
    input.remove_prefix(part);
    for (auto piece = framer.next(); piece.kind != TextFramer::Kind::incomplete; piece = framer.next())
      pieces.push_back({piece.kind, std::string(piece.text), std::string(piece.why)});
    check(framer.capacity() <= 4 * size + (std::size_t{256} << 10), "the buffer is not much larger than the input");
  }
  return pieces;
}

/// The texts stand in the input one behind the other, and are within the limits.
void check_pieces(std::string_view input, const std::vector<Piece>& pieces) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& [kind, text, why] = pieces[i];
    at = input.find(text, at);
    check(at != input.npos, "a piece is part of the input, behind the piece before it");
    at += text.size();
    check((kind == TextFramer::Kind::banner) <= (i == 0), "a banner comes first and once");
    check((kind == TextFramer::Kind::bad) == !why.empty(), "only what is bad has a reason");
    if (kind == TextFramer::Kind::bad) check(is_one_line(why, 200) && text.empty(), "the reason is one line");
    if (kind == TextFramer::Kind::event) check(text.size() <= ami::max_event_bytes, "an event is within its limit");
    if (kind == TextFramer::Kind::reply) check(text.size() <= ami::max_reply_bytes, "a reply is within its limit");
  }
}

bool is_inside(std::string_view part, std::string_view whole) {
  constexpr std::less_equal<const char*> not_behind;
  return not_behind(whole.data(), part.data()) && not_behind(part.data() + part.size(), whole.data() + whole.size());
}

void check_message(TextFramer::Kind kind, std::string_view text, ami::TextDecoder& decoder) {
  const Message* message = decoder.decode(text);
  check(message != nullptr && !message->empty(), "each message can be read");
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  check(message->size() <= lines, "a message has no more headers than lines");
  for (const auto& [name, value] : *message) {
    check(is_inside(name, text) || name == "Output", "a name lies inside the text");
    check(is_inside(value, text), "a value lies inside the text");
    check(value.find('\n') == value.npos && name.find('\n') == name.npos, "a header is part of one line");
  }
  const Field& first = *message->begin();
  const bool is_event = same_name(first.name, "Event");
  check(is_event == (kind == TextFramer::Kind::event), "an event is a message whose first header says so");
  check(ami::peek_text_event(text) == (is_event ? first.value : std::string_view{}), "the event's name is seen");
  if (const auto id = message->find("ActionID")) check(ami::peek_action_id(text) == *id, "the ActionID is seen");
}

void run(std::string_view input) {
  const std::string text = expanded(input);
  const auto pieces = pieces_of(text, std::max<std::size_t>(text.size(), 1), true);
  check_pieces(text, pieces);
  ami::TextDecoder decoder;
  for (const Piece& piece : pieces)
    if (piece.kind == TextFramer::Kind::event || piece.kind == TextFramer::Kind::reply)
      check_message(piece.kind, piece.text, decoder);
  const bool is_short = text.size() <= 4096;
  if (is_short) check(pieces_of(text, 1, true) == pieces, "byte by byte come the same pieces");
  check(pieces_of(text, is_short ? 100 : 5000, false) == pieces, "in parts of any size come the same pieces");
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
