// SPDX-License-Identifier: Apache-2.0
//
// Time limits of the servers.
#pragma once

#include <chrono>

namespace amibroker::link {

/// Tests make them shorter. All before `first_retry` count on the clock of Servers::time.
struct ServerTimings {
  std::chrono::milliseconds tick{20};             ///< how often deadlines are looked at
  std::chrono::milliseconds attempt{5'000};       ///< longest wait for a connection that answers, look-up included
  std::chrono::milliseconds ping_period{2'000};   ///< between two Pings
  std::chrono::milliseconds ping_timeout{5'000};  ///< a Ping without an answer, or sign of life, for so long: down
  /// A Ping without an answer, or sign of life, for so long: what waits is not sent before there is one. A server that
  /// stands still would carry it out much later, after what it is sent on its next connection.
  std::chrono::milliseconds hold_after{1'000};
  /// Events and parts of an answer are signs of life, but put the end of a Ping off no further than this in all.
  std::chrono::milliseconds longest_ping{20'000};
  /// A server that answers its Pings and nothing else for so long is of no use, so the connection is made again.
  std::chrono::milliseconds useless_after{20'000};
  std::chrono::milliseconds longest_wait{30'000};  ///< of an action, for its turn to be sent
  std::chrono::milliseconds first_retry{100};      ///< see base::Backoff
  std::chrono::milliseconds last_retry{1'000};     ///< short, so that a server that is back is right within two seconds
  /// The first and the longest wait after a login or a certificate that was refused: each attempt appears in
  /// the server's security log, and may count for a tool that bans addresses there.
  std::chrono::milliseconds first_login_retry{10'000};
  std::chrono::milliseconds last_login_retry{60'000};
  /// How long it takes at most, on a connection that works, until a server sends events that it was asked for since;
  /// and how often at most plugins are told that some of them may be missing.
  std::chrono::milliseconds settle{1'000};
  std::chrono::milliseconds doubt_period{10'000};
  std::chrono::milliseconds steady{10'000};  ///< a server that was up for so long begins with the first waits again
};

}  // namespace amibroker::link
