// SPDX-License-Identifier: Apache-2.0
//
// A site that is cut off from the others for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "tests/engine/tcp_proxy.hpp"
#include "tests/simulator/app/agreement.hpp"
#include "tests/simulator/latency_meter.hpp"

namespace amibroker::sim::app {

/// Cuts the way of a site's broker to the engine after a third of the time, and mends it after two thirds. What the cut
/// holds up is no figure of how fast the sites are, so the meter leaves it out until each server has held what each
/// phone's own server said, at some moment after the mending. One thread.
class Cut {
 public:
  struct Parts {
    engine_test::TcpProxy& way;
    LatencyMeter& meter;
    std::size_t site;
    std::chrono::milliseconds duration;  ///< of all calls
  };
  Cut(const Parts& parts, Agreement agreement) : parts_(parts), agreement_(agreement) {}

  /// To be called often. A line when something has happened.
  [[nodiscard]] std::optional<std::string> look(std::chrono::milliseconds elapsed);
  /// At the end, when all agree: what was not seen before.
  [[nodiscard]] std::optional<std::string> end();

  /// The site whose way is cut now.
  [[nodiscard]] std::optional<std::size_t> site() const noexcept {
    return stage_ == Stage::cut ? std::optional(parts_.site) : std::nullopt;
  }

 private:
  enum class Stage { whole, cut, mended, healed };
  [[nodiscard]] std::string heal(const std::string& what);

  Parts parts_;
  Agreement agreement_;
  Stage stage_ = Stage::whole;
  Clock::time_point mended_at_{};
};

}  // namespace amibroker::sim::app
