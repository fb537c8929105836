// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_list.hpp"

#include <string_view>

#include "core/base/printable.hpp"
#include "core/host/option_table.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_line = 1'000;

std::string line(std::string_view text) { return base::printable(text, longest_line) + '\n'; }

std::string describe_option(const OptionSpec& option) {
  const std::string given = option.required ? "(required)" : option.default_value;
  return "    " + std::string(option.key) + " = " + given + "  (" + accepted_values(option) + ") " + option.text;
}

}  // namespace

std::vector<ListedPlugin> list_plugins(const PluginFolders& folders) {
  std::vector<ListedPlugin> plugins;
  for (const auto& file : folders.libraries()) plugins.push_back({file, PluginLibrary::open(file)});
  return plugins;
}

std::string describe(const ListedPlugin& plugin) {
  if (const auto* refusal = std::get_if<Refusal>(&plugin.library))
    return line(plugin.file.stem().string() + "  cannot be used") + line("    " + refusal->text);
  const auto& library = std::get<PluginLibrary>(plugin.library);
  const PluginDescriptor& descriptor = library.descriptor();
  std::string text = line(std::string(descriptor.name) + ' ' + descriptor.version + "  " + descriptor.summary);
  text += line("    " + library.file().string());
  for (const OptionSpec& option : library.options()) text += line(describe_option(option));
  return text;
}

}  // namespace amibroker::host
