// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_host.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace amibroker::host {
namespace {

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

}  // namespace

std::vector<PluginHost::Lists> PluginHost::lists_of(const std::vector<ServerLabel>& labels) {
  std::vector<Lists> lists;
  for (const ServerLabel& label : labels)
    lists.push_back({views_of(label.zones), views_of(label.include), views_of(label.exclude)});
  return lists;
}

std::vector<ServerInfo> PluginHost::infos_of(const std::vector<ServerLabel>& labels, const std::vector<Lists>& lists) {
  std::vector<ServerInfo> servers;
  for (std::size_t i = 0; i < labels.size(); ++i)
    servers.push_back({static_cast<ServerId>(i), labels[i].section, labels[i].name, lists[i].zones, lists[i].include,
                       lists[i].exclude});
  return servers;
}

PluginHost::PluginHost(base::EventLoop& loop, dispatch::Dispatcher& dispatcher, std::vector<ServerLabel> servers,
                       std::chrono::milliseconds request_timeout, bool verbose)
    : labels_(std::move(servers)),
      lists_(lists_of(labels_)),
      servers_(infos_of(labels_, lists_)),
      surroundings_{loop, dispatcher, servers_, request_timeout, verbose} {}

PluginHost::~PluginHost() { stop(); }

std::vector<base::Problem> PluginHost::load(const PluginFolders& folders, std::span<const PluginConfig> plugins) {
  std::vector<base::Problem> errors;
  loaded_ = load_plugins(folders, plugins, errors);
  return errors;
}

std::size_t PluginHost::start() {
  for (LoadedPlugin& plugin : std::exchange(loaded_, {})) {
    const PluginDescriptor& descriptor = plugin.library.descriptor();
    auto& instance = instances_.emplace_back(
        std::make_unique<PluginInstance>(std::move(plugin.library), std::move(plugin.options), surroundings_));
    if (instance->start())
      spdlog::info("plugin {} {} runs ({})", descriptor.name, descriptor.version, instance->library().file().string());
  }
  return static_cast<std::size_t>(
      std::count_if(instances_.begin(), instances_.end(), [](const auto& instance) { return instance->running(); }));
}

void PluginHost::stop() noexcept {
  std::for_each(instances_.rbegin(), instances_.rend(), [](const auto& instance) { instance->stop(); });
}

}  // namespace amibroker::host
