// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/zmtp.hpp"

namespace amibroker::bench::zmtp {

namespace {

constexpr std::size_t kShortMax = 255;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

}  // namespace

std::string greeting() {
  std::string out(kGreetingSize, '\0');
  out[0] = '\xff';
  out[9] = '\x7f';
  out[10] = 3;  // version 3.0: subscriptions come as messages, which every libzmq can send
  out.replace(12, 4, "NULL");
  return out;
}

std::string ready_command(std::string_view socket_type) {
  std::string body = "\x05READY\x0bSocket-Type";
  append_big_endian(body, socket_type.size(), 4);
  body.append(socket_type);
  std::string out;
  append_frame(out, kCommand, body);
  return out;
}

bool is_greeting(std::string_view received) {
  return received.size() >= kGreetingSize && received[0] == '\xff' && received[9] == '\x7f' && received[10] >= 3;
}

std::optional<Frame> take_frame(std::string_view& input) {
  if (input.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(input[at]); };
  const std::uint8_t flags = byte(0);
  std::size_t header = 2;
  std::uint64_t size = byte(1);
  if ((flags & kLong) != 0) {
    header = 9;
    if (input.size() < header) return std::nullopt;
    for (std::size_t at = 2; at < header; ++at) size = size << 8 | byte(at);
  }
  if (input.size() - header < size) return std::nullopt;
  const Frame frame{flags, input.substr(header, size)};
  input.remove_prefix(header + size);
  return frame;
}

void append_frame(std::string& out, std::uint8_t flags, std::string_view body) {
  if (body.size() <= kShortMax) {
    out.push_back(static_cast<char>(flags));
    out.push_back(static_cast<char>(body.size()));
  } else {
    out.push_back(static_cast<char>(flags | kLong));
    append_big_endian(out, body.size(), 8);
  }
  out.append(body);
}

}  // namespace amibroker::bench::zmtp
