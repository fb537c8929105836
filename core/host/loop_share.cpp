// SPDX-License-Identifier: Apache-2.0
#include "core/host/loop_share.hpp"

#include <utility>

namespace amibroker::host {

std::optional<std::string> LoopShare::look(const dispatch::LoopTime& taken, Time now) {
  const auto before = std::exchange(last_, now);
  if (!before || now <= *before) {
    since_ = now;
    return std::nullopt;
  }
  const auto passed = now - *before;
  if (2 * taken.all <= passed) {
    since_ = now;
    return std::nullopt;
  }
  if (now - since_ < too_long || !limit_.allow(now)) return std::nullopt;
  return "takes " + std::to_string(100 * taken.all / passed) + " % of the loop's time, for " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now - since_).count()) +
         " s now, most of it in " + std::string(taken.call) +
         "; all servers and plugins wait meanwhile: give long work to a thread of the plugin's own, or subscribe to "
         "fewer events";
}

}  // namespace amibroker::host
