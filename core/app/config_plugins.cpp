// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_plugins.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::app {
namespace {

std::string no_name(std::string_view text) {
  return base::in_quotes(text) + " is no name of a plugin: it is made of " + std::string(host::plugin_name_rule);
}

/// False, with an error, where no more plugins are taken.
bool check_space(const Config& config, int line, base::Findings& findings) {
  if (config.plugins.size() < max_plugins) return true;
  findings.error(line, "there are " + std::to_string(max_plugins) + " plugins already, and that is the most");
  return false;
}

void read_switches(const base::Section& section, Config& config, base::Findings& findings) {
  for (const base::Setting& entry : section.settings) {
    if (entry.key == "path") {
      if (base::check_one_line(entry, findings)) config.plugin_path = entry.value;
    } else if (!host::is_plugin_name(entry.key)) {
      findings.error(entry.line, no_name(entry.key));
    } else if (check_space(config, entry.line, findings)) {
      host::PluginConfig& plugin = plugin_of(config, entry.key);
      plugin.line = entry.line;
      base::read_boolean(entry, plugin.enabled, findings);
    }
  }
}

void read_settings(const base::Section& section, Config& config, base::Findings& findings) {
  const std::string_view name = base::trim(std::string_view(section.name).substr(std::string_view("plugin").size()));
  if (!host::is_plugin_name(name)) {
    findings.error(section.line, no_name(name) + "; the section is [plugin NAME]");
    return;
  }
  if (!check_space(config, section.line, findings)) return;
  std::vector<std::string_view> known;
  for (const host::PluginConfig& plugin : config.plugins) known.push_back(plugin.name);
  const bool is_mentioned = std::find(known.begin(), known.end(), name) != known.end();
  if (!is_mentioned)
    findings.warning(section.line, "the settings of [" + section.name + "] are not used: add \"" + std::string(name) +
                                       " = yes\" to [plugins]" + findings.hint(name, known));
  host::PluginConfig& plugin = plugin_of(config, name);
  if (!plugin.settings.empty()) {
    findings.error(section.line, "the settings of plugin " + base::in_quotes(name) + " are there already, in line " +
                                     std::to_string(plugin.settings.front().line) + ": put them together");
    return;
  }
  for (const base::Setting& entry : section.settings) {
    std::string value = entry.value;
    std::replace(value.begin(), value.end(), '\n', ' ');
    plugin.settings.push_back({entry.key, std::string(base::trim(value)), entry.line});
  }
}

}  // namespace

void read_plugins(const std::vector<base::Section>& sections, Config& config, base::Findings& findings) {
  for (const base::Section& section : sections)
    if (section.name == "plugins") read_switches(section, config, findings);
  for (const base::Section& section : sections)
    if (section.name == "plugin" || section.name.starts_with("plugin ") || section.name.starts_with("plugin\t"))
      read_settings(section, config, findings);
}

}  // namespace amibroker::app
