// SPDX-License-Identifier: Apache-2.0
//
// `count_messages = yes`: how many events of which name came from which server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"

namespace amibroker::dispatch {

/// Counts events since the last report. Off at first, because it costs a look-up for each event. Loop's thread
/// only.
class MessageLog {
 public:
  /// A server could invent names without end: further ones are counted together, as "(other)".
  static constexpr std::size_t names_a_server = 500;

  /// `name`: what the log calls the server from now on. Servers are added in the order of their ServerId, from 0.
  void set_name(ServerId server, std::string name);

  /// What was counted before it is switched off is still in the next report.
  void enable(bool on) noexcept { enabled_ = on; }
  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  void count(ServerId server, std::string_view event) {
    if (enabled_) add(server, event);
  }

  /// One line for each server that sent something, most frequent first: `server 'Berlin': 120 DeviceStateChange, 3
  /// Hangup`. Starts to count from zero.
  [[nodiscard]] std::vector<std::string> report();

 private:
  void add(ServerId server, std::string_view event);

  bool enabled_ = false;
  struct Server {
    std::string name;
    std::map<std::string, std::uint64_t, std::less<>> counts;
  };
  std::vector<Server> servers_;  // by ServerId
};

}  // namespace amibroker::dispatch
