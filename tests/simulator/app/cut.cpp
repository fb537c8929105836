// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/cut.hpp"

#include <iomanip>
#include <sstream>

#include "tests/simulator/app/site_map.hpp"

namespace amibroker::sim::app {

std::optional<std::string> Cut::look(std::chrono::milliseconds elapsed) {
  if (stage_ == Stage::whole && elapsed >= parts_.duration / 3) {
    stage_ = Stage::cut;
    parts_.meter.leave_out(parts_.site);
    parts_.way.cut();
    return site_name(parts_.site) + " is cut off from the engine; calls go on everywhere";
  }
  if (stage_ == Stage::cut && elapsed >= parts_.duration * 2 / 3) {
    stage_ = Stage::mended;
    mended_at_ = Clock::now();
    parts_.way.mend();
    return "the way of " + site_name(parts_.site) + " to the engine is mended";
  }
  if (stage_ == Stage::mended && agreement_.reached()) return heal("while calls went on");
  return std::nullopt;
}

std::optional<std::string> Cut::end() {
  return stage_ == Stage::mended ? std::optional(heal("after the last call")) : std::nullopt;
}

std::string Cut::heal(const std::string& what) {
  stage_ = Stage::healed;
  parts_.meter.take_in();
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << "each lamp was right " << what << ", "
       << std::chrono::duration<double>(Clock::now() - mended_at_).count() << " s after the mending";
  return text.str();
}

}  // namespace amibroker::sim::app
