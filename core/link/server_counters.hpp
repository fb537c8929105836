// SPDX-License-Identifier: Apache-2.0
//
// What is counted of each server.
#pragma once

#include <cstdint>

namespace amibroker::link {

/// Since the start of the daemon. Each message that is not handled is counted exactly once.
struct ServerCounters {
  std::uint64_t events = 0;         ///< event frames received: those that the server was asked for
  std::uint64_t replies = 0;        ///< answers that matched an action
  std::uint64_t actions = 0;        ///< actions sent, Pings included
  std::uint64_t bad_frames = 0;     ///< dropped: no message could be read from it
  std::uint64_t late_replies = 0;   ///< answers to actions whose time was over
  std::uint64_t stray_replies = 0;  ///< answers to nothing that was asked
  std::uint64_t lost_replies = 0;   ///< actions that the server passed over: it answered later ones
  std::uint64_t timeouts = 0;       ///< actions without an answer in time
  std::uint64_t connects = 0;       ///< times that the server came up
  std::uint64_t lost_events =
      0;  ///< events that were asked for and are missing by their numbers: at least as many as this
};

}  // namespace amibroker::link
