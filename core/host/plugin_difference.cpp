// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_difference.hpp"

#include <utility>

namespace amibroker::host {
namespace {

bool is_running(const PluginLife* life, bool wanted_apart) {
  if (life == nullptr || !life->running()) return false;
  // One that waits for its next start needs no other one to be replaced.
  return !wanted_apart || life->apart() == nullptr || !life->apart()->waits();
}

bool has_new_file(const PluginLife& life, const WantedPlugin& wanted) {
  const bool was_apart = life.apart() != nullptr;
  if (was_apart != wanted.apart) return false;  // it starts anew for that alone
  if (was_apart) return life.apart_file() != wanted.identity;
  const PluginLibrary& library = life.instance()->library();
  return library.file() != wanted.file || library.identity() != wanted.identity;
}

}  // namespace

std::vector<std::string> PluginDifference::lines() const {
  if (starts) return {"starts"};
  std::vector<std::string> lines;
  if (new_file) lines.emplace_back("a new file");
  lines.insert(lines.end(), options.begin(), options.end());
  for (const std::string& key : keys) lines.push_back("its " + key);
  return lines;
}

PluginDifference difference(const PluginLife* life, const WantedPlugin& wanted) {
  if (!is_running(life, wanted.apart)) return {.starts = true};
  const OptionValues& now = life->apart() != nullptr ? life->apart_options() : life->instance()->option_values();
  return {.new_file = has_new_file(*life, wanted),
          .options = wanted.options.changes_from(now),
          .keys = wanted.keys.changes_from(life->keys())};
}

}  // namespace amibroker::host
