// SPDX-License-Identifier: Apache-2.0
//
// The doctor of the running daemon: one server after the other, on a thread of its own.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/app/live_config.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/post_box.hpp"
#include "core/control/command.hpp"
#include "core/doctor/case.hpp"
#include "core/doctor/finding.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// Bounded: one is looked at, and a few wait. Loop's thread.
class DoctorDesk {
 public:
  static constexpr std::size_t most_waiting = 4;

  /// The findings, or why there are none.
  using Outcome = std::variant<std::vector<doctor::Finding>, std::string>;
  using Heard = std::function<void(const Outcome& outcome)>;
  /// Looks at a server, and ends soon once `stop` is asked for. On a thread of its own; may throw.
  using Look = std::function<std::vector<doctor::Finding>(const doctor::Case& one, const std::stop_token& stop)>;

  /// `loop` outlives it.
  explicit DoctorDesk(base::EventLoop& loop);
  DoctorDesk(base::EventLoop& loop, Look look);
  ~DoctorDesk() { end(); }
  DoctorDesk(const DoctorDesk&) = delete;
  DoctorDesk& operator=(const DoctorDesk&) = delete;

  /// Ends what is under way, and lets go of all that wait; nobody hears of it. Nothing may be asked after that.
  void end();

  /// False if too many wait: nothing happens then.
  [[nodiscard]] bool ask(doctor::Case one, Heard heard);

 private:
  struct Asked {
    doctor::Case one;
    Heard heard;
  };
  void begin();
  void finish(const Outcome& outcome);

  Look look_;
  std::deque<Asked> asked_;  // the first is being looked at
  base::PostBox box_;
  std::jthread thread_;  // goes first: it uses the box
};

/// Adds the command `doctor`. All that is referred to outlives the commands.
void add_doctor(control::Commands& commands, const LiveConfig& config, const link::Servers& servers, DoctorDesk& desk);

}  // namespace amibroker::app
