// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/app/commands.hpp"
#include "core/app/json_parts.hpp"
#include "core/app/report.hpp"
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
constexpr std::chrono::seconds usual_trace{60}, longest_trace{3600};

control::ArgumentSpec server_argument() {
  return {.name = "name",
          .type = control::ArgumentSpec::Type::text,
          .required = true,
          .help = "the server's section of the configuration, or its name"};
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

// --- trace ----------------------------------------------------------------------------------------------------

Answer trace(const Commanded& commanded, const Arguments& arguments) {
  const std::string name = *arguments.text("name");
  const link::Server* const server = find_server(commanded.servers, name);
  if (server == nullptr) return unknown_server(commanded.servers, name);
  const std::string& section = server->config().section;
  if (arguments.flag("end"))
    return Json{
        {"outcome", commanded.traces.end(server->id()) ? "messages of server " + section + " are no longer logged"
                                                       : "server " + section + " is not traced"},
        {"until", nullptr}};
  const auto length = length_argument(arguments, usual_trace, longest_trace);
  if (const auto* const wrong = std::get_if<Failure>(&length)) return *wrong;
  // A trace that nobody can see is no trace.
  if (commanded.level.in_force() > amibroker::Level::info)
    return Failure{409, "hidden", "the log level hides messages: log-level info shows them, then ask once more"};
  const auto seconds = std::get<std::chrono::seconds>(length);
  commanded.traces.begin(server->id(), seconds);
  return Json{{"outcome", "each message of server " + section + " is in the log for " + length_text(seconds) +
                              "; events that no plugin asked for are not sent, so they are not there"},
              {"until", time_text(commanded.loop.now() + seconds)}};
}

// --- By hand, until the next reload ---------------------------------------------------------------------------

/// `when`: of the file that says so.
Json by_hand_json(std::string outcome, bool is_there, bool is_listed, const std::string& when = {}) {
  const std::string says = (is_listed ? "the file lists it" : "the file does not list it in \"sections\"") + when;
  const std::string then = is_there == is_listed ? "leaves it as it is" : is_listed ? "connects to it" : "drops it";
  return {{"outcome", std::move(outcome)},
          {"file_changed", false},
          {"next_reload", says + " and is unchanged, so the next reload " + then}};
}

Answer answer_of(const std::string& file, const std::string& section, const ServerSwitch::Outcome& outcome) {
  using Result = ServerSwitch::Outcome::Result;
  switch (outcome.result) {
    case Result::done: return by_hand_json("server " + section + " is added, and connects", true, outcome.is_listed);
    case Result::there: return by_hand_json("server " + section + " is there already", true, outcome.is_listed);
    case Result::missing:
      return Failure{404, "unknown_section",
                     "the configuration " + file + " has no section of a server that is called " +
                         base::in_quotes(base::printable(section, longest_name)) + outcome.hint +
                         ": write one, as for the other servers; \"sections\" need not list it"};
    case Result::wrong: break;
  }
  std::string text;
  for (const base::Problem& error : outcome.errors) text += (text.empty() ? "" : "; ") + to_string(file, error);
  return Failure{409, "wrong_server", text + ". Nothing is changed"};
}

void add_one(const Commanded& commanded, const std::string& section, const Done& done) {
  commanded.server_switch.add(section, [file = commanded.config.file(), section, done](const auto& outcome) {
    done(answer_of(file, section, outcome));
  });
}

Answer drop(const Commanded& commanded, std::string_view name) {
  const link::Server* const server = find_server(commanded.servers, name);
  if (server == nullptr) return unknown_server(commanded.servers, name);
  const std::string section = server->config().section;
  commanded.server_switch.drop(section);
  return by_hand_json("server " + section + " is dropped: it is disconnected, and the others no longer show its states",
                      false, commanded.config.file_lists(section), ", as it was read last,");
}

}  // namespace

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
      {"server-add",
       Level::change,
       "connects to a server of the file that is not there, until the next reload",
       {{.name = "name",
         .type = control::ArgumentSpec::Type::text,
         .required = true,
         .help = "its section of the file, which \"sections\" need not list"}},
       [=](const Arguments& arguments, const Done& done) { add_one(commanded, *arguments.text("name"), done); }});
  commands.add({"server-drop",
                Level::change,
                "disconnects a server, and the others stop showing its states, until the next reload",
                {server_argument()},
                [=](const Arguments& arguments, const Done& done) { done(drop(commanded, *arguments.text("name"))); }});
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
  commands.add({"trace",
                Level::change,
                "logs each message of a server for a while",
                {server_argument(),
                 {"for", control::ArgumentSpec::Type::text, false, "how long, such as 90, 90s or 10m (default: 60s)"},
                 {"end", control::ArgumentSpec::Type::flag, false, "end it before its time"}},
                [=](const Arguments& arguments, const Done& done) { done(trace(commanded, arguments)); }});
  commands.add(
      {"resync",
       Level::change,
       "reads the states of a server again, as after a lost connection",
       {server_argument()},
       [=](const Arguments& arguments, const Done& done) { done(resync(commanded, *arguments.text("name"))); }});
}

}  // namespace amibroker::app
