// SPDX-License-Identifier: Apache-2.0
//
// What a framer makes of bytes that arrive in pieces, for the tests of the text codec.
#pragma once

#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/ami/text_framer.hpp"

namespace amibroker::ami {

/// A piece that owns its text.
struct OwnedPiece {
  TextFramer::Kind kind;
  std::string text;
  friend bool operator==(const OwnedPiece&, const OwnedPiece&) = default;
};

/// Hands the bytes over at once and appends what comes of them.
inline void feed(TextFramer& framer, std::string_view bytes, std::vector<OwnedPiece>& pieces) {
  const auto room = framer.room(bytes.size());
  if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
  framer.added(bytes.size());
  for (auto piece = framer.next(); piece.kind != TextFramer::Kind::incomplete; piece = framer.next())
    pieces.push_back({piece.kind, std::string(piece.kind == TextFramer::Kind::bad ? piece.why : piece.text)});
}

/// All pieces of a connection whose bytes arrive `step` at a time.
inline std::vector<OwnedPiece> pieces_of(std::string_view bytes, std::size_t step) {
  TextFramer framer;
  std::vector<OwnedPiece> pieces;
  for (std::size_t at = 0; at < bytes.size(); at += step) feed(framer, bytes.substr(at, step), pieces);
  return pieces;
}

inline std::vector<OwnedPiece> pieces_of(std::string_view bytes) { return pieces_of(bytes, bytes.size()); }

/// The session that was recorded with Asterisk 16 or 22.
inline std::string recorded_session(const std::string& version) {
  std::ifstream file(std::string(AMIBROKER_TEST_DATA) + "/ami-" + version + ".txt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\r') out += c;
  return out;
}

}  // namespace amibroker::ami
