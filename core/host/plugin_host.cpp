// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_host.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace amibroker::host {
namespace {

std::vector<ServerInfo> server_infos(const std::vector<ServerLabel>& labels) {
  std::vector<ServerInfo> servers;
  for (const ServerLabel& label : labels)
    servers.push_back({static_cast<ServerId>(servers.size()), label.section, label.name});
  return servers;
}

}  // namespace

PluginHost::PluginHost(link::EventLoop& loop, dispatch::Dispatcher& dispatcher, std::vector<ServerLabel> servers,
                       std::chrono::milliseconds request_timeout, bool verbose)
    : labels_(std::move(servers)),
      servers_(server_infos(labels_)),
      surroundings_{loop, dispatcher, servers_, request_timeout, verbose} {}

PluginHost::~PluginHost() { stop(); }

std::vector<ConfigError> PluginHost::load(const PluginFolders& folders, std::span<const PluginConfig> plugins) {
  std::vector<ConfigError> errors;
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
