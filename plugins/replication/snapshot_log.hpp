// SPDX-License-Identifier: Apache-2.0
//
// What the log says of servers whose states cannot be read, or not well.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Writes each line once for as long as it says nothing new. Loop's thread only.
class SnapshotLog {
 public:
  /// `list_action`: how the states are asked for; `module`: the Asterisk module that must be loaded for it.
  SnapshotLog(Host& host, std::string_view list_action, std::string_view module);

  /// The next server.
  void add_server() { said_.emplace_back(); }
  /// It came up: the next failure is worth a line again.
  void server_up(ServerId server) { said_[server].unreadable = false; }
  /// Its states were read. `proven`: and its fence was seen.
  void read(ServerId server, bool proven);

  void unreadable(ServerId server, std::string_view reason);
  /// The account may not ask for a fence.
  void fence_refused(ServerId server, std::string_view reason);
  /// Fences were asked for, and none came while it was waited for. `accepted`: Asterisk answered that it would publish
  /// them. `lateness`: how long after its list one came all the same.
  void fences_missing(ServerId server, bool accepted, std::optional<std::chrono::milliseconds> lateness);
  /// `reason` comes again and again, so the server is read only once in a pause of this length.
  void slowed_down(ServerId server, std::string_view reason, std::chrono::milliseconds longest_pause);

 private:
  struct Said {
    bool unreadable = false;
    bool too_old = false;
    bool refused = false;
    bool missing = false;
    std::optional<TimePoint> slowed{};
  };

  Host& host_;
  std::string list_action_;
  std::string module_;
  std::vector<Said> said_;
};

}  // namespace amibroker::replication
