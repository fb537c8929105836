// SPDX-License-Identifier: Apache-2.0
//
// Counts writes, and tells the administrator of those that failed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "amibroker/reply.hpp"
#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Adds one to a counter that only the loop's thread counts: so it needs no locked instruction, which would cost as
/// much as the rest of some events.
inline void count(Counter& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// What people call a server: `Console 1 (server-1)`.
[[nodiscard]] std::string server_label(const Host& host, ServerId server);

/// Counters: `writes` started, of which `written`, `write_errors` (Asterisk or the broker refused), `not_sent`, and
/// `unknown_outcomes`. Loop's thread only.
///
/// What fails once fails at every change. So the log has one warning for a server until it takes something; then one
/// for each name that it refuses, up to WarnedNames::capacity, until it comes up again; and one an hour if it does not
/// answer. What the broker itself refuses has one for each name, whatever the server.
class WriteLog {
 public:
  /// `module`: the Asterisk module that must be loaded for the writes.
  WriteLog(Host& host, std::string_view module);

  /// The next server.
  void add_server() { servers_.emplace_back(); }
  /// A server came up again: its failures are worth warnings again.
  void server_up(ServerId server) { servers_[server] = {}; }

  /// Whether `show` is to be called, because the administrator wants to see each write.
  [[nodiscard]] bool shows() const noexcept { return host_.verbose(); }
  void started() noexcept { count(writes_); }
  void show(ServerId target, std::string_view name, std::string_view value);
  void succeeded(ServerId target) {
    count(written_);
    servers_[target].takes_nothing = false;
  }
  void failed(ServerId target, std::string_view name, std::string_view value, const Reply& reply);
  /// A write took so long to be answered: a line if that is long, at most once an hour for each server.
  void took(ServerId target, std::chrono::milliseconds time);

  /// A server that needs longer than this has a line.
  static constexpr std::chrono::milliseconds slow{1000};

  static constexpr std::chrono::hours silence{1};

 private:
  struct Server {
    bool takes_nothing = false;  ///< nothing was taken since the last warning
    WarnedNames refused;
    std::optional<TimePoint> said_slow;
    std::optional<TimePoint> said_took;
  };
  void refused_there(ServerId target, std::string_view name, const std::string& what, std::string_view text);
  void refused_here(std::string_view name, const std::string& what, std::string_view text);
  void not_answered(ServerId target, const std::string& what, std::string_view text);

  Host& host_;
  std::string module_;
  std::vector<Server> servers_;
  WarnedNames unsendable_;
  Counter& writes_;
  Counter& written_;
  Counter& write_errors_;
  Counter& not_sent_;
  Counter& unknown_outcomes_;
};

}  // namespace amibroker::replication
