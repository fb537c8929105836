// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::array<std::string_view, 4> key_names{"on_fault", "isolate", "memory_limit", "allow"};
constexpr std::array<std::string_view, 3> on_fault_names{"quarantine", "ignore", "exit"};  // by OnFault

}  // namespace

std::string_view to_string(OnFault on_fault) noexcept { return on_fault_names[static_cast<std::size_t>(on_fault)]; }

std::vector<std::string> PluginKeys::changes_from(const PluginKeys& before) const {
  std::vector<std::string> changes = isolation.changes_from(before.isolation);
  if (on_fault != before.on_fault)
    changes.push_back("on_fault is " + std::string(to_string(on_fault)) + ", was " +
                      std::string(to_string(before.on_fault)));
  if (allow != before.allow) changes.push_back("allow is " + allow.text() + ", was " + before.allow.text());
  return changes;
}

std::span<const std::string_view> plugin_key_names() noexcept { return key_names; }

bool is_shared_key(std::string_view key) noexcept { return key == "allow"; }

PluginKeys take_plugin_keys(PluginConfig& plugin, std::vector<base::Problem>& errors) {
  PluginKeys keys;
  keys.isolation = take_isolation_keys(plugin, errors);
  std::erase_if(plugin.settings, [&](const base::Setting& setting) {
    if (setting.key == "allow") {
      auto allowed = AllowedActions::parse(setting.value);
      if (const auto* mistake = std::get_if<std::string>(&allowed))
        errors.push_back({setting.line, "plugin " + base::printable(plugin.name, 60) + ": allow " + *mistake});
      else keys.allow = std::get<AllowedActions>(std::move(allowed));
      return false;  // a plugin may have it as an option as well
    }
    if (setting.key != "on_fault") return false;
    const auto name = std::find(on_fault_names.begin(), on_fault_names.end(), setting.value);
    if (name == on_fault_names.end())
      errors.push_back({setting.line, "plugin " + base::printable(plugin.name, 60) +
                                          ": on_fault takes quarantine, ignore or exit, not \"" +
                                          base::printable(setting.value, 60) + '"' +
                                          base::did_you_mean(setting.value, on_fault_names)});
    else keys.on_fault = static_cast<OnFault>(name - on_fault_names.begin());
    return true;
  });
  return keys;
}

}  // namespace amibroker::host
