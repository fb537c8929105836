// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/hint_desk.hpp"

namespace amibroker::app {
namespace {

using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using Known = HintDesk::Known;
using Type = control::ArgumentSpec::Type;

/// Thread of the control socket: there may be many lines.
std::string answer_text(const Known& known, const HintWish& wish) {
  Json answer = known.lines.json(wish);
  if (!known.failures.empty()) answer["failures"] = known.failures;
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool runs(const host::PluginHost& plugins, std::string_view name) {
  const host::PluginLife* const plugin = find_plugin(plugins, name);
  return plugin != nullptr && plugin->wanted();
}

/// No lines would look as if there were no phones.
std::optional<Failure> why_nothing(const Commanded& commanded, const Known& known) {
  if (!known.lines.empty()) return std::nullopt;
  if (!known.failures.empty()) {
    const Json& first = known.failures.front();
    return Failure{503, "plugin_failed",
                   "plugin " + first.at("plugin").get<std::string>() + ": " + first.at("text").get<std::string>()};
  }
  if (runs(commanded.plugins, "device_state")) return std::nullopt;
  return Failure{409, "not_on", "plugin device_state does not run, and only it knows the phones"};
}

void hints(const Commanded& commanded, HintDesk& desk, const Arguments& arguments, const Done& done) {
  HintWish wish{.is_for_freepbx = arguments.flag("freepbx")};
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
  wish.has_presences = runs(commanded.plugins, "presence_state");
  desk.ask([commanded, wish = std::move(wish), done](std::shared_ptr<const Known> known) {
    if (auto failure = why_nothing(commanded, *known)) return done(*std::move(failure));
    done(
        control::Text{200, "application/json", [known = std::move(known), wish] { return answer_text(*known, wish); }});
  });
}

}  // namespace

void add_hint_commands(control::Commands& commands, const Commanded& commanded) {
  const auto desk = std::make_shared<HintDesk>(commanded.plugins, commanded.loop, commanded.share);
  commands.add(
      {"hints",
       control::Level::look,
       "the dialplan's lines for the lamps of all phones that are known, to be pasted",
       {{"server", Type::text, false, "with --freepbx: only for this server (default: for each)"},
        {"freepbx", Type::flag, false, "only what FreePBX does not generate itself"}},
       [commanded, desk](const Arguments& arguments, const Done& done) { hints(commanded, *desk, arguments, done); }});
}

}  // namespace amibroker::app
