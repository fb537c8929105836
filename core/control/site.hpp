// SPDX-License-Identifier: Apache-2.0
//
// All that the daemon answers, on whichever socket it is asked.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "core/control/command.hpp"
#include "core/control/feed.hpp"
#include "core/control/files.hpp"

namespace amibroker::control {

/// Filled before the first socket opens, and not changed after that; read on the thread of the control socket.
struct Site {
  Commands commands;  ///< `/v1/NAME`
  /// `/NAME`, for programs that do not know /v1: answered by the loop, as commands that look.
  Commands pages;
  /// `/v1/NAME`, as server-sent events. A name is that of a command or of a feed.
  std::map<std::string, Feed*, std::less<>> feeds;
  Files files;  ///< all other addresses
  /// How long ago the loop turned, for `/livez`; any thread.
  std::function<std::chrono::steady_clock::duration()> loop_age;
};

}  // namespace amibroker::control
