// SPDX-License-Identifier: Apache-2.0
//
// What all links share, whichever wire they speak.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/host.hpp"
#include "core/base/event_loop.hpp"
#include "core/link/server_config.hpp"

namespace amibroker::link {

/// Time limits of the links; tests make them shorter.
struct LinkTimings {
  std::chrono::milliseconds tick{20};             ///< how often deadlines are looked at
  std::chrono::milliseconds attempt{5'000};       ///< longest wait for a connection that answers
  std::chrono::milliseconds ping_period{2'000};   ///< between two Pings
  std::chrono::milliseconds ping_timeout{5'000};  ///< a Ping without an answer for so long: the server is down
  std::chrono::milliseconds first_retry{100};     ///< see base::Backoff
  std::chrono::milliseconds last_retry{1'000};    ///< short, so that a server that is back is right within two seconds
  /// The first and the longest wait after a login or a certificate that was refused: each attempt stands in the
  /// server's security log, and may count for whoever bans addresses there.
  std::chrono::milliseconds first_login_retry{10'000};
  std::chrono::milliseconds last_login_retry{60'000};
};

/// A link, as its fleet sees it.
class FleetMember {
 public:
  /// Looks at everything that depends on time.
  virtual void tick(std::chrono::steady_clock::time_point now) = 0;
  /// Does what was put off to the end of the round.
  virtual void end_round() = 0;

 protected:
  ~FleetMember() = default;
};

/// The tick and the end of the round of all links, and the one place that notices two entries of the configuration that
/// reach the same Asterisk. Outlives the links. Loop's thread only.
class Fleet {
 public:
  explicit Fleet(base::EventLoop& loop, LinkTimings timings = {});
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  void add(FleetMember& member) { members_.push_back(&member); }
  void remove(FleetMember& member);

  /// Calls `end_round` once at the end of this round; each call of this function is one more. What one round asks of a
  /// server then goes out together, for a fraction of the price of single messages. A member that is told of a loss
  /// there may make others put something off: they have their turn in the same round.
  void at_end_of_round(FleetMember& member) { to_end_.push_back(&member); }

  /// A server said its system name. Warns where another entry said the same.
  void identify(ServerId id, const ServerConfig& server, std::string_view system_name);

  [[nodiscard]] base::EventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] const LinkTimings& timings() const noexcept { return timings_; }

 private:
  void tick();
  void end_round();

  base::EventLoop& loop_;
  LinkTimings timings_;
  std::vector<FleetMember*> members_;
  std::vector<FleetMember*> to_end_;
  std::map<std::string, std::pair<ServerId, std::string>, std::less<>> entry_by_system_name_;
  base::TimerHandle ticker_;
};

}  // namespace amibroker::link
