// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_plan.hpp"

namespace amibroker::host {

std::vector<std::string> PluginPlan::changes() const {
  std::vector<std::string> lines;
  for (const PluginStep& step : steps)
    for (const std::string& change : step.changes) lines.push_back("plugin " + step.name + ": " + change);
  return lines;
}

}  // namespace amibroker::host
