// SPDX-License-Identifier: Apache-2.0
#include "core/host/apart_check.hpp"

#include <system_error>
#include <utility>

#include "core/base/printable.hpp"
#include "core/host/isolated_check.hpp"
#include "core/host/isolated_keys.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::host {

bool runs_apart(PluginConfig plugin) {
  if (!plugin.enabled) return false;
  std::vector<base::Problem> ignored;
  return take_isolation_keys(plugin, ignored).isolate;
}

namespace {

/// A machine that has no room for one more process is no reason to call the whole file unreadable.
PluginCheck check_one(const std::string& program, const PluginFolders& folders, const PluginConfig& plugin) {
  try {
    return check_plugins_apart(program, folders, std::span(&plugin, 1));
  } catch (const std::system_error& error) {
    PluginCheck failed;
    failed.errors.push_back({plugin.line, "plugin " + base::printable(plugin.name, 60) +
                                              " cannot be checked, because no process could be started for it: " +
                                              error.what() + ". See what this machine has left, and LimitNOFILE="});
    return failed;
  }
}

}  // namespace

ApartChecks check_apart(const std::string& program, const PluginFolders& folders,
                        std::span<const PluginConfig> plugins) {
  ApartChecks checks;
  for (const PluginConfig& plugin : plugins) {
    if (!runs_apart(plugin)) continue;
    ApartCheck check;
    if (const auto file = folders.find(library_of(plugin.name))) check.file = FileIdentity::of(*file);
    PluginCheck found = check_one(program, folders, plugin);
    check.errors = std::move(found.errors);
    if (const auto options = found.options.find(plugin.name); options != found.options.end())
      check.options = std::move(options->second);
    checks.emplace(plugin.name, std::move(check));
  }
  return checks;
}

}  // namespace amibroker::host
