// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_host.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

namespace amibroker::host {

PluginHost::PluginHost(base::EventLoop& loop, dispatch::Dispatcher& dispatcher,
                       std::chrono::milliseconds request_timeout, bool verbose)
    : dispatcher_(dispatcher), surroundings_{loop, dispatcher, servers_, same_asterisk_, request_timeout, verbose} {
  dispatcher_.set_identity_listener(this);
}

PluginHost::~PluginHost() {
  dispatcher_.set_identity_listener(nullptr);
  stop();
}

void PluginHost::add_server(ServerId server, const ServerLabel& label) {
  servers_.add(label);
  dispatcher_.add_server(server, label.name);
  servers_.forget_old();
}

void PluginHost::change_server(ServerId server, const ServerLabel& label) {
  if (!is_present(server)) return;
  servers_.change(server, label);
  dispatcher_.change_server(server, label.name);
  servers_.forget_old();
}

void PluginHost::retire_server(ServerId server) {
  if (!is_present(server)) return;
  servers_.retire(server);
  dispatcher_.retire_server(server);
  servers_.forget_old();
}

void PluginHost::on_identified(ServerId server, const link::Identity& identity) {
  if (!is_present(server) || !servers_.identify(server, identity)) return;
  dispatcher_.change_server(server, std::string(servers_.infos()[server].name));
  servers_.forget_old();
}

bool PluginHost::is_present(ServerId server) const noexcept {
  return server < servers_.infos().size() && !servers_.infos()[server].retired;
}

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
