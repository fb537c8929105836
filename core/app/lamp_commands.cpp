// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/commands.hpp"
#include "core/app/json_parts.hpp"
#include "core/app/plugin_pages.hpp"
#include "core/app/plugin_question.hpp"

namespace amibroker::app {
namespace {

using control::Answer;
using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using Type = control::ArgumentSpec::Type;

/// Lamps in one answer of `wrong`; how many more there are is said.
constexpr std::size_t most_wrong = 1'000;

/// Plugins know how long ago; people want to know when.
void put_times(Json& json, std::chrono::steady_clock::time_point now) {
  if (json.is_object()) {
    if (const auto age = json.find("age_seconds"); age != json.end()) {
      Json since;
      if (age->is_number() && *age >= 0 && *age < 1e9)
        since = time_text(now - std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                    std::chrono::duration<double>(age->get<double>())));
      json.erase(age);
      json["since"] = std::move(since);
    }
  }
  if (json.is_structured())
    for (Json& part : json) put_times(part, now);
}

/// A plugin that did not answer must not look like one that has nothing to say.
void add_failure(Json& answer, const PluginSaid& said) {
  if (!said.failure.empty()) answer["failures"].push_back({{"plugin", said.plugin}, {"text", said.failure}});
}

/// The list `name` of each plugin's answer goes to the end of the list in ours, with the plugin's name in each item.
void move_items(const std::string& plugin, Json& from, Json& to) {
  if (!from.is_array()) return;
  for (Json& item : from) {
    if (!item.is_object()) continue;
    item["plugin"] = plugin;
    to.push_back(std::move(item));
  }
}

// --- show -----------------------------------------------------------------------------------------------------

void show(const Commanded& commanded, const Arguments& arguments, const Done& done) {
  const std::string name = *arguments.text("name");
  ask_plugins(commanded.plugins, "show", {{"name", name}}, [&loop = commanded.loop, name, done](auto said) {
    Json answer{{"names", Json::array()}};
    for (PluginSaid& one : said) {
      add_failure(answer, one);
      if (one.json.is_object()) move_items(one.plugin, one.json["names"], answer["names"]);
    }
    if (answer["names"].empty() && !answer.contains("failures"))
      return done(Failure{404, "unknown_name",
                          "no plugin knows \"" + name +
                              "\". A device is written as its server writes it (PJSIP/100), with its capitals; no "
                              "plugin shows it before it was seen once"});
    for (Json& one : answer["names"]) {
      one["shown_as"] = std::move(one["name"]);
      one["name"] = name;
    }
    put_times(answer, loop.now());
    done(std::move(answer));
  });
}

// --- wrong ----------------------------------------------------------------------------------------------------

void wrong(const Commanded& commanded, const Done& done) {
  struct Collected {
    Json answer{{"wrong", Json::array()}};
    std::size_t more = 0;
  };
  const auto collected = std::make_shared<Collected>();
  PluginPages::Hears hears;
  hears.item = [collected](const std::string& plugin, Json& item) {
    Json& list = collected->answer["wrong"];
    if (list.size() >= most_wrong) return static_cast<void>(++collected->more);
    item["plugin"] = plugin;
    list.push_back(std::move(item));
  };
  hears.failure = [collected](const std::string& plugin, const std::string& text) {
    add_failure(collected->answer, {plugin, {}, text});
  };
  hears.end = [collected, done, &loop = commanded.loop] {
    collected->answer["more"] = collected->more;
    put_times(collected->answer, loop.now());
    done(std::move(collected->answer));
  };
  std::make_shared<PluginPages>(commanded.plugins, commanded.loop, commanded.share, "wrong", std::move(hears))->begin();
}

// --- ask ------------------------------------------------------------------------------------------------------

/// `name=value&name=value`. Nothing for a part without a name, or a name that comes twice.
std::optional<std::vector<std::pair<std::string, std::string>>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::size_t equal = one.find('=');
    if (equal == 0 || equal == std::string_view::npos) return std::nullopt;
    const std::string name(one.substr(0, equal));
    if (std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; }))
      return std::nullopt;
    pairs.emplace_back(name, one.substr(equal + 1));
  }
  return pairs;
}

void take_answer(const std::string& plugin, const std::string& command, const host::PluginAnswer& answer,
                 const Done& done) {
  using Kind = host::PluginAnswer::Kind;
  if (answer.kind == Kind::unknown)
    return done(Failure{404, "unknown_command", "plugin " + plugin + " has no command \"" + command + '"'});
  if (answer.kind == Kind::failure)
    return done(Failure{400, "plugin_refused", "plugin " + plugin + ": " + answer.text});
  Json json = Json::parse(answer.text, nullptr, false);
  if (json.is_discarded())
    return done(Failure{500, "bad_answer", "the answer of plugin " + plugin + " is no JSON; report it to its author"});
  done(Json{{"plugin", plugin}, {"answer", std::move(json)}});
}

void ask(const Commanded& commanded, const Arguments& arguments, const Done& done) {
  const std::string name = *arguments.text("plugin"), command = *arguments.text("command");
  const auto pairs = pairs_of(arguments.text("arguments").value_or(""));
  if (!pairs) return done(Failure{400, "bad_argument", "arguments: write name=value&name=value, each name once"});
  std::vector<Field> fields;
  for (const auto& [key, value] : *pairs) fields.push_back({key, value});
  host::PluginLife* const plugin = find_plugin(commanded.plugins, name);
  if (plugin == nullptr) return done(unknown_plugin(commanded.plugins, name));
  plugin->ask(command, fields,
              [name, command, done](const host::PluginAnswer& answer) { take_answer(name, command, answer, done); });
}

}  // namespace

void add_lamp_commands(control::Commands& commands, const Commanded& commanded) {
  commands.add({"show",
                control::Level::look,
                "why this lamp: who says what, what each server should hold, what it holds, and why not yet",
                {{"name", Type::text, true, "a device or presentity, as its server writes it: PJSIP/100"}},
                [commanded](const Arguments& arguments, const Done& done) { show(commanded, arguments, done); }});
  commands.add({"wrong",
                control::Level::look,
                "every lamp that a server does not hold as it should, with the reason",
                {},
                [commanded](const Arguments&, const Done& done) { wrong(commanded, done); }});
  // What a plugin does for it nobody knows, so it counts as a change.
  commands.add({"ask",
                control::Level::change,
                "asks one plugin for a command of its own",
                {{"plugin", Type::text, true, "its name"},
                 {"command", Type::text, true, "what it calls the command"},
                 {"arguments", Type::text, false, "name=value&name=value"}},
                [commanded](const Arguments& arguments, const Done& done) { ask(commanded, arguments, done); }});
}

}  // namespace amibroker::app
