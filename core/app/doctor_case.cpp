// SPDX-License-Identifier: Apache-2.0
#include "core/app/doctor_case.hpp"

#include <algorithm>
#include <vector>

#include "core/base/nearest.hpp"
#include "core/base/text.hpp"

namespace amibroker::app {
namespace {

doctor::Member member_of(const ServerSettings& server, bool plugin_shares_all) {
  const bool shares_all = plugin_shares_all && server.zones.empty() && server.include.empty() && server.exclude.empty();
  return {server, shares_all};
}

const host::PluginConfig* find_plugin(const Config& config, std::string_view name) {
  const auto found = std::find_if(config.plugins.begin(), config.plugins.end(),
                                  [&](const host::PluginConfig& plugin) { return plugin.name == name; });
  return found == config.plugins.end() ? nullptr : &*found;
}

std::optional<std::string> option(const host::PluginConfig* plugin, std::string_view key) {
  if (plugin == nullptr) return std::nullopt;
  const auto found = std::find_if(plugin->settings.begin(), plugin->settings.end(),
                                  [&](const base::Setting& setting) { return setting.key == key; });
  return found == plugin->settings.end() ? std::nullopt : std::optional(found->value);
}

}  // namespace

std::optional<doctor::Case> case_of(const Config& config, std::string_view server) {
  const auto by = [&](auto&& text_of) {
    return std::find_if(config.servers.begin(), config.servers.end(),
                        [&](const ServerSettings& one) { return text_of(one) == server; });
  };
  auto found = by([](const ServerSettings& one) { return one.section; });
  if (found == config.servers.end()) found = by([](const ServerSettings& one) { return one.name; });
  if (found == config.servers.end()) return std::nullopt;
  const host::PluginConfig* const devices = find_plugin(config, "device_state");
  const host::PluginConfig* const presences = find_plugin(config, "presence_state");
  const bool shares_all = !option(devices, "include") && !option(devices, "exclude");
  doctor::Case made{.server = member_of(*found, shares_all)};
  for (auto one = config.servers.begin(); one != config.servers.end(); ++one)
    if (one != found) made.others.push_back(member_of(*one, shares_all));
  made.devices = devices != nullptr && devices->enabled;
  made.presences = presences != nullptr && presences->enabled;
  if (auto text = option(devices, "name_template")) made.name_template = *std::move(text);
  return made;
}

std::string no_such_server(const Config& config, std::string_view server) {
  std::vector<std::string_view> known;
  for (const ServerSettings& one : config.servers) known.push_back(one.section);
  return "there is no server " + base::in_quotes(server) + base::did_you_mean(server, known);
}

}  // namespace amibroker::app
