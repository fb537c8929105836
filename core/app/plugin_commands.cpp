// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/commands.hpp"
#include "core/app/json_parts.hpp"
#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/host/plugin_name.hpp"

namespace amibroker::app {
namespace {

using control::Answer;
using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using control::Level;
using Result = PluginSwitch::Result;

constexpr std::size_t longest_name = 80;

control::ArgumentSpec plugin_argument() {
  return {.name = "name",
          .type = control::ArgumentSpec::Type::text,
          .required = true,
          .help = "the plugin's name in the configuration"};
}

Answer all_plugins(const Commanded& commanded) {
  Json list = Json::array();
  for (const auto& plugin : commanded.plugins.plugins()) list.push_back(plugin_json(*plugin));
  return Json{{"plugins", std::move(list)}};
}

Answer one_plugin(const Commanded& commanded, std::string_view name) {
  const auto* const plugin = find_plugin(commanded.plugins, name);
  if (plugin == nullptr) return unknown_plugin(commanded.plugins, name);
  return plugin_json(*plugin);
}

/// All changes by hand are for the time until the next reload, and say so.
Json done_json(const Commanded& commanded, const std::string& name, const std::string& outcome, bool runs) {
  const bool is_on = commanded.config.file_switches_on(name);
  const std::string says = is_on ? "the file says that it is on" : "the file does not switch it on";
  const std::string then = is_on == runs ? "leaves it as it is" : is_on ? "starts it again" : "stops it";
  return {{"outcome", outcome}, {"file_changed", false}, {"next_reload", says + ", so the next reload " + then}};
}

Answer answer_of(const Commanded& commanded, const std::string& name, const PluginSwitch::Outcome& outcome,
                 const std::string& done) {
  switch (outcome.result) {
    case Result::done: return done_json(commanded, name, "plugin " + name + " " + done, true);
    case Result::conflict:
      return Failure{409, "conflict", "the configuration was read again meanwhile, so nothing was done: ask once more"};
    case Result::wrong: {
      std::string text;
      for (const base::Problem& error : outcome.errors) text += (text.empty() ? "" : "; ") + error.text;
      return Failure{409, "wrong_plugin", text};
    }
    case Result::failed:
    case Result::not_on: break;
  }
  return Failure{409, "not_started", "plugin " + name + " did not start: its log lines say why"};
}

void start(const Commanded& commanded, const std::string& name, const std::string& what, const Done& done) {
  if (!host::is_plugin_name(name))
    return done(Failure{400, "bad_argument",
                        base::in_quotes(base::printable(name, longest_name)) + " is no name of a plugin: write " +
                            std::string(host::plugin_name_rule)});
  commanded.plugin_switch.start(name, [commanded, name, what, done](const PluginSwitch::Outcome& outcome) {
    done(answer_of(commanded, name, outcome, what));
  });
}

void enable(const Commanded& commanded, const std::string& name, const Done& done) {
  const auto* const plugin = find_plugin(commanded.plugins, name);
  if (plugin != nullptr && plugin->condition() == host::PluginLife::Condition::runs)
    return done(done_json(commanded, name, "plugin " + name + " runs already", true));
  start(commanded, name, "is started", done);
}

void start_anew(const Commanded& commanded, const std::string& name, const Done& done) {
  const auto* const plugin = find_plugin(commanded.plugins, name);
  if (plugin == nullptr) return done(unknown_plugin(commanded.plugins, name));
  if (!plugin->wanted())
    return done(Failure{409, "not_on", "plugin " + name + " is stopped: start it with plugin-enable"});
  start(commanded, name, "has a new instance, with what its file is now", done);
}

Answer disable(const Commanded& commanded, const std::string& name) {
  if (find_plugin(commanded.plugins, name) == nullptr) return unknown_plugin(commanded.plugins, name);
  if (commanded.plugin_switch.stop(name).result == Result::not_on)
    return done_json(commanded, name, "plugin " + name + " is stopped already", false);
  return done_json(commanded, name, "plugin " + name + " is stopped", false);
}

}  // namespace

host::PluginLife* find_plugin(const host::PluginHost& plugins, std::string_view name) {
  for (const auto& plugin : plugins.plugins())
    if (plugin->name() == name) return plugin.get();
  return nullptr;
}

Failure unknown_plugin(const host::PluginHost& plugins, std::string_view name) {
  std::vector<std::string_view> known;
  for (const auto& plugin : plugins.plugins()) known.push_back(plugin->name());
  return {404, "unknown_plugin",
          "there is no plugin " + base::in_quotes(base::printable(name, longest_name)) +
              " that runs or ran; the command plugins lists them" + base::did_you_mean(name, known)};
}

void add_plugin_commands(control::Commands& commands, const Commanded& commanded) {
  add_look(commands, "plugins", "the plugins: what they do, what they take of the loop, and what is counted",
           [=] { return all_plugins(commanded); });
  const auto add = [&](std::string_view name, Level level, std::string_view help, auto run) {
    commands.add({name, level, help, {plugin_argument()}, [=](const Arguments& arguments, const Done& done) {
                    run(*arguments.text("name"), done);
                  }});
  };
  add("plugin", Level::look, "one plugin with all its counters",
      [=](const std::string& name, const Done& done) { done(one_plugin(commanded, name)); });
  add("plugin-enable", Level::change, "starts a plugin, until the next reload",
      [=](const std::string& name, const Done& done) { enable(commanded, name, done); });
  add("plugin-disable", Level::change, "stops a plugin, until the next reload",
      [=](const std::string& name, const Done& done) { done(disable(commanded, name)); });
  add("plugin-reload", Level::change, "starts a new instance of a plugin in the place of the one that runs",
      [=](const std::string& name, const Done& done) { start_anew(commanded, name, done); });
}

}  // namespace amibroker::app
