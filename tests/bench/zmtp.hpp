// SPDX-License-Identifier: Apache-2.0
//
// The part of ZMTP 3.0 that a PUB and a REP with the NULL mechanism need. The fake servers speak it on bare TCP
// sockets: a peer on libzmq needs a second thread, and takes from two cores what the broker is to have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::bench::zmtp {

inline constexpr std::uint8_t kMore = 1;
inline constexpr std::uint8_t kLong = 2;
inline constexpr std::uint8_t kCommand = 4;

inline constexpr std::size_t kGreetingSize = 64;

/// What either side sends first.
std::string greeting();

/// The only command of the NULL handshake.
std::string ready_command(std::string_view socket_type);

/// Whether `received` begins as the greeting of a ZMTP 3 peer does.
bool is_greeting(std::string_view received);

struct Frame {
  std::uint8_t flags = 0;
  std::string_view body;

  bool more() const { return (flags & kMore) != 0; }
  bool command() const { return (flags & kCommand) != 0; }
};

/// Takes the first frame off `input`; nothing if it is not there whole.
std::optional<Frame> take_frame(std::string_view& input);

void append_frame(std::string& out, std::uint8_t flags, std::string_view body);

}  // namespace amibroker::bench::zmtp
