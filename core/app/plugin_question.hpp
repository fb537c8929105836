// SPDX-License-Identifier: Apache-2.0
//
// One question to all plugins, whose answers become one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/control/command.hpp"
#include "core/host/plugin_host.hpp"

namespace amibroker::app {

/// What one plugin said: an object, or why not.
struct PluginSaid {
  std::string plugin;
  control::Json json{};   ///< null if there is none
  std::string failure{};  ///< empty if there is none
};

/// Asks each plugin that is wanted; those that do not know the command are left out. `done` is called once, on the
/// loop's thread, when the last has answered. A plugin's answer that is not a JSON object is a failure.
inline void ask_plugins(const host::PluginHost& plugins, std::string_view command,
                        const std::vector<std::pair<std::string, std::string>>& arguments,
                        std::function<void(std::vector<PluginSaid> said)> done) {
  struct Asked {
    std::vector<PluginSaid> said;
    std::function<void(std::vector<PluginSaid>)> done;
    ~Asked() { done(std::move(said)); }
  };
  const auto asked = std::make_shared<Asked>();
  asked->done = std::move(done);
  std::vector<Field> fields;
  for (const auto& [name, value] : arguments) fields.push_back({name, value});
  for (const auto& plugin : plugins.plugins()) {
    if (!plugin->wanted()) continue;
    plugin->ask(command, fields, [asked, name = std::string(plugin->name())](const host::PluginAnswer& answer) {
      if (answer.kind == host::PluginAnswer::Kind::unknown) return;
      PluginSaid said{name};
      if (answer.kind == host::PluginAnswer::Kind::failure) said.failure = answer.text;
      else if (said.json = control::Json::parse(answer.text, nullptr, false); !said.json.is_object())
        said.failure = "its answer is no JSON object; report it to the plugin's author", said.json = nullptr;
      asked->said.push_back(std::move(said));
    });
  }
}

}  // namespace amibroker::app
