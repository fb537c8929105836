// SPDX-License-Identifier: Apache-2.0
#include "core/app/pages.hpp"

#include <string>
#include <utility>
#include <variant>

namespace amibroker::app {
namespace {

using control::Answer;
using control::Arguments;
using control::Done;
using control::Json;
using control::Level;

constexpr int well = 200;
constexpr int unavailable = 503;
constexpr std::string_view plain = "text/plain; charset=utf-8";

/// Empty if the broker does what it is there for: states of at least one server are passed on.
std::string why_not_ready(const link::Servers& servers, const host::PluginHost& plugins) {
  bool any_up = false;
  for (ServerId id = 0; id < servers.size(); ++id) any_up = any_up || servers.at(id).up();
  if (!any_up) return "no server is up\n";
  for (const auto& plugin : plugins.plugins())
    if (plugin->wanted() && !plugin->running())
      return "plugin " + std::string(plugin->name()) + " " + plugin->state() + "\n";
  return {};
}

Answer ready(const link::Servers& servers, const host::PluginHost& plugins) {
  std::string why = why_not_ready(servers, plugins);
  if (why.empty()) return control::Text{well, plain, [] { return std::string("ready\n"); }};
  return control::Text{unavailable, plain, [why = std::move(why)] { return why; }};
}

/// A server that is down is no reason to start the broker anew: only `failed` is an answer that says so.
Answer health(Answer status) {
  auto* const json = std::get_if<Json>(&status);
  if (json == nullptr) return status;
  const int code = json->value("health", "") == "failed" ? unavailable : well;
  return control::Text{code, "application/json", [json = std::move(*json)] {
                         return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
                       }};
}

}  // namespace

void add_pages(control::Site& site, const link::Servers& servers, const host::PluginHost& plugins) {
  site.pages.add({"readyz",
                  Level::look,
                  "whether the broker does its work",
                  {},
                  [&servers, &plugins](const Arguments&, const Done& done) { done(ready(servers, plugins)); }});
  const control::Command& status = *site.commands.find("status");
  site.pages.add(
      {"healthz", Level::look, "as the command status", {}, [&status](const Arguments& none, const Done& done) {
         status.run(none, [done](Answer answer) { done(health(std::move(answer))); });
       }});
}

}  // namespace amibroker::app
