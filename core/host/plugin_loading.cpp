// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_loading.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/printable.hpp"
#include "core/host/options_check.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_name = 60;

std::optional<PluginLibrary> open_library(const PluginFolders& folders, const PluginConfig& plugin,
                                          std::vector<base::Problem>& errors) {
  const auto mistake = [&](const std::string& text) {
    const std::string name = base::printable(plugin.name, longest_shown_name);
    errors.push_back({plugin.line, "plugin " + name + " is switched on, but " + text});
    return std::nullopt;
  };
  if (!is_plugin_name(plugin.name))
    return mistake("this cannot be the name of a plugin: " + std::string(plugin_name_rule));
  const std::string_view library = library_of(plugin.name);
  const auto file = folders.find(library);
  const std::string remedy = "; or switch it off with '" + plugin.name + " = no' in [plugins]";
  if (!file) return mistake(folders.why_missing(library) + remedy);
  auto opened = PluginLibrary::open(*file, plugin.name);
  if (const auto* refusal = std::get_if<Refusal>(&opened)) return mistake(refusal->text + remedy);
  return std::get<PluginLibrary>(std::move(opened));
}

}  // namespace

std::vector<LoadedPlugin> load_plugins(const PluginFolders& folders, std::span<const PluginConfig> plugins,
                                       std::vector<base::Problem>& errors) {
  std::vector<LoadedPlugin> loaded;
  for (PluginConfig plugin : plugins) {
    if (!plugin.enabled) continue;
    const std::size_t before = errors.size();
    const PluginKeys keys = take_plugin_keys(plugin, errors);
    auto library = open_library(folders, plugin, errors);
    if (!library) continue;
    OptionValues options = OptionValues::read(plugin, library->options(), errors);
    if (errors.size() != before) continue;
    std::vector<std::string> examples = check_options(*library, plugin, options, errors);
    if (errors.size() == before) loaded.push_back({*std::move(library), std::move(options), keys, std::move(examples)});
  }
  return loaded;
}

PluginCheck check_plugins(const PluginFolders& folders, std::span<const PluginConfig> plugins) {
  PluginCheck check;
  for (LoadedPlugin& plugin : load_plugins(folders, plugins, check.errors)) {
    const std::string name(plugin.library.name());
    for (const std::string& example : plugin.examples) check.examples.push_back("plugin " + name + ": " + example);
    check.options.emplace(name, std::move(plugin.options));
  }
  return check;
}

}  // namespace amibroker::host
