// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/hint_lines.hpp"
#include "core/app/plugin_pages.hpp"

namespace amibroker::app {
namespace {

using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using Type = control::ArgumentSpec::Type;

std::string text_in(Json& item, const char* name) {
  Json& value = item[name];
  return value.is_string() ? std::move(value.get_ref<std::string&>()) : std::string();
}

/// What was heard of the plugins until now.
struct Heard {
  HintLines lines;
  Json failures = Json::array();
};

std::string answer_text(const Heard& heard) {
  Json answer = heard.lines.json();
  if (!heard.failures.empty()) answer["failures"] = heard.failures;
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void hints(const Commanded& commanded, const Arguments& arguments, const Done& done) {
  HintLines::Wish wish{.is_for_freepbx = arguments.flag("freepbx")};
  if (const auto name = arguments.text("server")) {
    const link::Server* const server = find_server(commanded.servers, *name);
    if (server == nullptr) return done(unknown_server(commanded.servers, *name));
    if (!wish.is_for_freepbx)
      return done(Failure{400, "bad_argument",
                          "server: without --freepbx the lines are the same for all servers, so leave it out"});
    wish.servers.emplace_back(server->id(), server->config().section);
  } else {
    each_server(commanded.servers,
                [&](const link::Server& one) { wish.servers.emplace_back(one.id(), one.config().section); });
  }
  const host::PluginLife* const presences = find_plugin(commanded.plugins, "presence_state");
  wish.has_presences = presences != nullptr && presences->wanted();
  const auto heard = std::make_shared<Heard>(Heard{HintLines(std::move(wish))});
  PluginPages::Hears hears;
  hears.item = [heard](const std::string&, Json& item) {
    heard->lines.add(
        {text_in(item, "shown"), text_in(item, "device"), text_in(item, "number"), text_in(item, "servers")});
  };
  hears.failure = [heard](const std::string& plugin, const std::string& text) {
    heard->failures.push_back({{"plugin", plugin}, {"text", text}});
  };
  hears.end = [heard, done] { done(control::Text{200, "application/json", [heard] { return answer_text(*heard); }}); };
  std::make_shared<PluginPages>(commanded.plugins, commanded.loop, "hints", std::move(hears))->begin();
}

}  // namespace

void add_hint_commands(control::Commands& commands, const Commanded& commanded) {
  commands.add({"hints",
                control::Level::look,
                "the dialplan's lines for the lamps of all phones that are known, to be pasted",
                {{"server", Type::text, false, "with --freepbx: only for this server (default: for each)"},
                 {"freepbx", Type::flag, false, "only what FreePBX does not generate itself"}},
                [commanded](const Arguments& arguments, const Done& done) { hints(commanded, arguments, done); }});
}

}  // namespace amibroker::app
