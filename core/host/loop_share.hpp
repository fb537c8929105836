// SPDX-License-Identifier: Apache-2.0
//
// Whether a plugin takes more of the loop than is good for the others.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/log_limit.hpp"
#include "core/dispatch/dispatcher.hpp"

namespace amibroker::host {

/// Looks at one plugin about once a second. Pure; time is an argument.
class LoopShare {
  using Time = std::chrono::steady_clock::time_point;

 public:
  /// More than half of the loop's time, for so long without a break, is worth a warning, once a minute at most.
  static constexpr std::chrono::seconds too_long{5};

  /// `taken`: what the plugin took since the last call. A warning without the plugin's name, if it is time for one:
  /// "takes 73 % of the loop's time, for 6 s now, most of it in on_event; ...".
  [[nodiscard]] std::optional<std::string> look(const dispatch::LoopTime& taken, Time now);

 private:
  std::optional<Time> last_;
  Time since_{};  // when it began to take more than half
  base::LogLimit limit_{std::chrono::minutes(1)};
};

}  // namespace amibroker::host
