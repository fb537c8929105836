// SPDX-License-Identifier: Apache-2.0
#include "core/app/plugin_switch.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <span>
#include <utility>

namespace amibroker::app {
namespace {

host::ApartChecks check(const host::PluginFolders& folders, const host::PluginConfig& plugin) {
  try {
    return host::check_apart(host::own_binary, folders, std::span(&plugin, 1));
  } catch (const std::exception& error) {
    host::ApartChecks failed;
    failed[plugin.name].errors.push_back({plugin.line, std::string("it cannot be checked: ") + error.what()});
    return failed;
  }
}

}  // namespace

void PluginSwitch::start(std::string_view name, Heard heard) {
  const host::PluginConfig plugin = config_.plugin_switched_on(name);
  const auto go_on = [this, plugin, heard = std::move(heard),
                      generation = config_.generation()](host::ApartChecks checks) {
    if (generation != config_.generation()) return heard({Result::conflict});
    std::vector<base::Problem> errors;
    const bool runs = config_.start_plugin(plugin, std::move(checks), errors);
    if (!errors.empty()) return heard({Result::wrong, std::move(errors)});
    heard({runs ? Result::done : Result::failed});
  };
  background_.run<host::ApartChecks>([folders = config_.folders(), plugin] { return check(folders, plugin); }, go_on);
}

PluginSwitch::Outcome PluginSwitch::stop(std::string_view name) {
  if (!config_.stop_plugin(name)) return {Result::not_on};
  spdlog::info("plugin {} is stopped by hand, until the next reload", name);
  return {Result::done};
}

}  // namespace amibroker::app
