// SPDX-License-Identifier: Apache-2.0
#include "core/host/isolated_keys.hpp"

#include <string>

#include "core/base/printable.hpp"
#include "core/base/values.hpp"

namespace amibroker::host {
namespace {

// Less than the least would not load a library; more than the most is no bound.
constexpr std::int64_t least_memory = 32;
constexpr std::int64_t most_memory = 1'048'576;

}  // namespace

std::vector<std::string> IsolationKeys::changes_from(const IsolationKeys& before) const {
  std::vector<std::string> changes;
  if (isolate != before.isolate) changes.emplace_back(isolate ? "isolate is yes, was no" : "isolate is no, was yes");
  if (memory_limit != before.memory_limit)
    changes.push_back("memory_limit is " + std::to_string(memory_limit) + ", was " +
                      std::to_string(before.memory_limit));
  return changes;
}

IsolationKeys take_isolation_keys(PluginConfig& plugin, std::vector<base::Problem>& errors) {
  IsolationKeys keys;
  const auto mistake = [&](const base::Setting& setting, const std::string& text) {
    errors.push_back({setting.line, "plugin " + base::printable(plugin.name, 60) + ": " + setting.key + " takes " +
                                        text + ", not \"" + base::printable(setting.value, 60) + '"'});
  };
  std::erase_if(plugin.settings, [&](const base::Setting& setting) {
    if (setting.key == "isolate") {
      const auto value = base::parse_boolean(setting.value);
      keys.isolate = value.value_or(true);  // it may be the very library that is not to be loaded into the daemon
      if (!value) mistake(setting, "yes or no");
      return true;
    }
    if (setting.key != "memory_limit") return false;
    const auto value = base::parse_number(setting.value);
    if (value && (*value == 0 || (*value >= least_memory && *value <= most_memory)))
      keys.memory_limit = static_cast<std::size_t>(*value);
    else mistake(setting, "a whole number from 32 to 1048576 (in MiB), or 0 for no limit");
    return true;
  });
  return keys;
}

}  // namespace amibroker::host
