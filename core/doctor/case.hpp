// SPDX-License-Identifier: Apache-2.0
//
// Whom the doctor looks at, and what the configuration says around that server.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/link/server_config.hpp"

namespace amibroker::doctor {

/// One server of the configuration.
struct Member {
  link::ServerConfig config;
  /// All its names go to all others: no zones, no include, no exclude.
  bool shares_all = true;
};

struct Case {
  Member server;
  std::vector<Member> others{};  ///< all other servers: their system names and hints are compared with its own
  bool devices = true;           ///< the plugin for states of devices is switched on
  bool presences = true;         ///< that for presences is
  /// What a device of another server is called on this one (see docs/configuration.md).
  std::string name_template = "Custom:{device}";
  bool held = false;  ///< the broker that asks is connected to it now
};

/// How long each step may take. Tests make them shorter.
struct Limits {
  using Time = std::chrono::milliseconds;
  Time name{3'000};       ///< to look its name up
  Time connect{3'000};    ///< until the connection is made
  Time greeting{3'000};   ///< from there until its first word
  Time probe{2'000};      ///< to try a port that stays silent in another way
  Time login{4'000};      ///< from its first word until it let us in; Asterisk waits for 1 s before it refuses
  Time answers{5'000};    ///< for all that it is asked then
  Time event{2'000};      ///< for an event that must follow
  Time event_again{500};  ///< after which the cause of that event is repeated: over ZeroMQ the first may be lost
  Time others{6'000};     ///< for the other servers, all at the same time
  Time patterns{1'500};   ///< for the question whether a pattern of the dialplan makes the hints that are missing
  Time whole{14'500};     ///< for everything
};

}  // namespace amibroker::doctor
