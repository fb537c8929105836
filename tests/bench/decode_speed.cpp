// SPDX-License-Identifier: Apache-2.0
//
// decode-speed: how fast the text codec of native AMI reads a recorded session that is repeated to some tens of MB,
// beside one memchr for each line of the same bytes. Prints one line of JSON; each figure is the median of the rounds.
//
// Usage: decode-speed RECORDING [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/ami/text_decoder.hpp"
#include "core/ami/text_framer.hpp"

namespace {

using amibroker::ami::TextDecoder;
using amibroker::ami::TextFramer;
using Clock = std::chrono::steady_clock;

constexpr std::size_t total_bytes = std::size_t{48} << 20;
constexpr std::size_t read_bytes = std::size_t{64} << 10;  // what comes of a socket at a time

/// What one pass found, so that it shows if a pass is left out or stops too soon.
struct Found {
  std::size_t lines = 0;
  std::size_t messages = 0;
  std::size_t bad = 0;
};

Found memchr_pass(std::string_view bytes) {
  Found found;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (const void* feed = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
    at = static_cast<const char*>(feed) + 1;
    ++found.lines;
  }
  return found;
}

/// Hands the bytes to a framer as reads from a socket would, and each message to `visit`.
template <typename Visitor>
Found framing_pass(std::string_view bytes, Visitor&& visit) {
  Found found;
  TextFramer framer;
  for (std::size_t at = 0; at < bytes.size(); at += read_bytes) {
    const std::string_view part = bytes.substr(at, read_bytes);
    std::memcpy(framer.room(read_bytes).data(), part.data(), part.size());
    framer.added(part.size());
    for (auto piece = framer.next(); piece.kind != TextFramer::Kind::incomplete; piece = framer.next()) {
      if (piece.kind == TextFramer::Kind::bad) ++found.bad;
      if (piece.kind != TextFramer::Kind::event && piece.kind != TextFramer::Kind::reply) continue;
      ++found.messages;
      found.lines += visit(piece.text);
    }
  }
  return found;
}

Found frame_only(std::string_view bytes) {
  return framing_pass(bytes, [](std::string_view) { return std::size_t{0}; });
}

Found frame_and_decode(std::string_view bytes) {
  TextDecoder decoder;
  return framing_pass(bytes, [&](std::string_view text) {
    const auto* const message = decoder.decode(text);
    return message == nullptr ? std::size_t{0} : message->size();
  });
}

struct Pass {
  Found (*run)(std::string_view bytes);
  std::vector<double> gb_per_s = {};
  Found found = {};

  void round(std::string_view bytes) {
    const auto begin = Clock::now();
    found = run(bytes);
    const std::chrono::duration<double, std::nano> time = Clock::now() - begin;
    gb_per_s.push_back(static_cast<double>(bytes.size()) / time.count());
  }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string repeated_session(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string session{std::istreambuf_iterator<char>(file), {}};
  if (session.empty()) throw std::runtime_error(path + ": cannot be read, or is empty");
  const std::string_view messages = std::string_view(session).substr(session.find('\n') + 1);
  std::string bytes = session;
  while (bytes.size() < total_bytes) bytes += messages;
  return bytes;
}

void measure(const std::string& path, int rounds) {
  const std::string bytes = repeated_session(path);
  Pass yardstick{memchr_pass};
  Pass framing{frame_only};
  Pass decoding{frame_and_decode};
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    for (Pass* pass : {&yardstick, &framing, &decoding}) pass->round(bytes);
    ratios.push_back(decoding.gb_per_s.back() / yardstick.gb_per_s.back());
  }
  // Of the lines, the banner and the empty ones are no headers.
  const Found& found = decoding.found;
  if (found.bad > 0 || found.messages == 0 || found.lines + found.messages + 1 != yardstick.found.lines)
    throw std::runtime_error("the codec did not read all messages of " + path);
  std::cout << "{\"bytes\": " << bytes.size() << ", \"messages\": " << found.messages
            << ", \"memchr\": " << median(yardstick.gb_per_s) << ", \"frame\": " << median(framing.gb_per_s)
            << ", \"decode\": " << median(decoding.gb_per_s) << ", \"ratio\": " << median(ratios) << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
    if (argc < 2 || argc > 3 || rounds < 1) throw std::runtime_error("usage: decode-speed RECORDING [ROUNDS]");
    measure(argv[1], rounds);
  } catch (const std::exception& error) {
    std::cerr << "decode-speed: " << error.what() << "\n";
    return 1;
  }
}
