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

namespace amibroker::app {
namespace {

using control::Answer;
using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using control::Level;

constexpr std::size_t longest_name = 80;

control::ArgumentSpec server_argument() {
  return {.name = "name",
          .type = control::ArgumentSpec::Type::text,
          .required = true,
          .help = "the server's section of the configuration, or its name"};
}

/// By its section, which only one has; otherwise by its name for people, if only one is called so.
const link::Server* find_server(const link::Servers& servers, std::string_view name) {
  const link::Server* by_name = nullptr;
  const link::Server* by_section = nullptr;
  bool is_only_one = true;
  each_server(servers, [&](const link::Server& server) {
    if (server.config().section == name) by_section = &server;
    if (server.config().name != name) return;
    is_only_one = by_name == nullptr;
    by_name = &server;
  });
  if (by_section != nullptr) return by_section;
  return is_only_one ? by_name : nullptr;
}

Failure unknown_server(const link::Servers& servers, std::string_view name) {
  std::vector<std::string_view> known;
  each_server(servers, [&](const link::Server& server) { known.emplace_back(server.config().section); });
  return {404, "unknown_server",
          "there is no server " + base::in_quotes(base::printable(name, longest_name)) +
              base::did_you_mean(name, known) + "; the command servers lists them by their sections"};
}

Answer all_servers(const Commanded& commanded) {
  Json list = Json::array();
  each_server(commanded.servers, [&](const link::Server& server) {
    list.push_back(full_server_json(server, commanded.plugins.servers()[server.id()]));
  });
  return Json{{"servers", std::move(list)}};
}

Answer one_server(const Commanded& commanded, std::string_view name) {
  const link::Server* const server = find_server(commanded.servers, name);
  if (server == nullptr) return unknown_server(commanded.servers, name);
  return full_server_json(*server, commanded.plugins.servers()[server->id()]);
}

Answer resync(const Commanded& commanded, std::string_view name) {
  const link::Server* const server = find_server(commanded.servers, name);
  if (server == nullptr) return unknown_server(commanded.servers, name);
  const std::string& section = server->config().section;
  if (!server->up())
    return Failure{409, "server_down",
                   "server " + section + " is down: its states are read by themselves as soon as it is up"};
  // To a plugin it is the same as a gap in the events: what it knows of this server may be old.
  commanded.dispatcher.on_events_lost(server->id(), 0);
  return Json{{"outcome", "the plugins read the states of server " + section +
                              " again, and write what is wrong; a second time within a second or two is put off"}};
}

Answer hold(const Commanded& commanded, std::string_view name, bool on) {
  const link::Server* const server = find_server(commanded.servers, name);
  if (server == nullptr) return unknown_server(commanded.servers, name);
  const std::string& section = server->config().section;
  if (!commanded.plugins.hold_server(server->id(), on))
    return Json{{"outcome", "server " + section + (on ? " is held already" : " is not held")}};
  return Json{{"outcome", on ? "server " + section +
                                   " is held: nothing is written there, what it says still reaches the others. Until "
                                   "release, or the next start of the broker"
                             : "server " + section + " is written to again, and gets what it lacks"}};
}

}  // namespace

void add_server_commands(control::Commands& commands, const Commanded& commanded) {
  add_look(commands, "servers", "the servers: up or down, since when, how fast they answer, and what is counted",
           [=] { return all_servers(commanded); });
  commands.add(
      {"server",
       Level::look,
       "one server with all that is known of it",
       {server_argument()},
       [=](const Arguments& arguments, const Done& done) { done(one_server(commanded, *arguments.text("name"))); }});
  commands.add(
      {"hold",
       Level::change,
       "writes nothing to a server until release, for maintenance; what it says still reaches the others",
       {server_argument()},
       [=](const Arguments& arguments, const Done& done) { done(hold(commanded, *arguments.text("name"), true)); }});
  commands.add(
      {"release",
       Level::change,
       "ends hold: the server gets what it lacks",
       {server_argument()},
       [=](const Arguments& arguments, const Done& done) { done(hold(commanded, *arguments.text("name"), false)); }});
  commands.add(
      {"resync",
       Level::change,
       "reads the states of a server again, as after a lost connection",
       {server_argument()},
       [=](const Arguments& arguments, const Done& done) { done(resync(commanded, *arguments.text("name"))); }});
}

}  // namespace amibroker::app
