// SPDX-License-Identifier: Apache-2.0
//
// Counts writes, and tells the administrator of those that failed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "amibroker/reply.hpp"

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
class WriteLog {
 public:
  /// `module`: the Asterisk module that must be loaded for the writes.
  WriteLog(Host& host, std::string_view module);

  /// The next server.
  void add_server() { complained_.push_back(false); }
  /// A server came up again: its next failure is worth a warning again.
  void server_up(ServerId server) { complained_[server] = false; }

  /// Whether `show` is to be called, because the administrator wants to see each write.
  [[nodiscard]] bool shows() const noexcept { return shows_; }
  void started() noexcept { count(writes_); }
  void show(ServerId target, std::string_view name, std::string_view value);
  void succeeded(ServerId target) {
    count(written_);
    complained_[target] = false;
  }
  void failed(ServerId target, std::string_view name, std::string_view value, const Reply& reply);

 private:
  Host& host_;
  std::string module_;
  bool shows_;
  std::vector<bool> complained_;  ///< by server: its last answer was a failure, and the log says so
  Counter& writes_;
  Counter& written_;
  Counter& write_errors_;
  Counter& not_sent_;
  Counter& unknown_outcomes_;
};

}  // namespace amibroker::replication
