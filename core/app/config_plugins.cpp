// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_plugins.hpp"

#include <algorithm>

#include "core/app/config_text.hpp"

namespace amibroker::app {
namespace {

constexpr std::string_view name_rule = " is no name of a plugin: it is made of a-z, 0-9 and \"_\"";

bool is_plugin_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// False, with an error, where no more plugins are taken.
bool check_space(const Config& config, int line, Findings& findings) {
  if (config.plugins.size() < max_plugins) return true;
  findings.error(line, "there are " + std::to_string(max_plugins) + " plugins already, and that is the most");
  return false;
}

void read_switches(const IniSection& section, Config& config, Findings& findings) {
  for (const IniEntry& entry : section.entries) {
    if (entry.key == "path") {
      if (check_one_line(entry, findings)) config.plugin_path = entry.value;
    } else if (!is_plugin_name(entry.key)) {
      findings.error(entry.line, quoted(entry.key) + std::string(name_rule));
    } else if (check_space(config, entry.line, findings)) {
      host::PluginConfig& plugin = plugin_of(config, entry.key);
      plugin.line = entry.line;
      read_boolean(entry, plugin.enabled, findings);
    }
  }
}

void read_settings(const IniSection& section, Config& config, Findings& findings) {
  const std::string_view name = trim(std::string_view(section.name).substr(std::string_view("plugin").size()));
  if (!is_plugin_name(name)) {
    findings.error(section.line, quoted(name) + std::string(name_rule) + "; the section is [plugin NAME]");
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
    findings.error(section.line, "the settings of plugin " + quoted(name) + " are there already, in line " +
                                     std::to_string(plugin.settings.front().line) + ": put them together");
    return;
  }
  for (const IniEntry& entry : section.entries) {
    std::string value = entry.value;
    std::replace(value.begin(), value.end(), '\n', ' ');
    plugin.settings.push_back({entry.key, std::string(trim(value)), entry.line});
  }
}

}  // namespace

void read_plugins(const std::vector<IniSection>& sections, Config& config, Findings& findings) {
  for (const IniSection& section : sections)
    if (section.name == "plugins") read_switches(section, config, findings);
  for (const IniSection& section : sections)
    if (section.name == "plugin" || section.name.starts_with("plugin ") || section.name.starts_with("plugin\t"))
      read_settings(section, config, findings);
}

}  // namespace amibroker::app
