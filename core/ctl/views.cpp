// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/views.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <vector>

#include "core/base/printable.hpp"
#include "core/ctl/own_commands.hpp"
#include "core/ctl/request_line.hpp"
#include "core/ctl/table.hpp"

namespace amibroker::ctl {
namespace {

constexpr std::size_t longest_line = 1000;
constexpr std::size_t longest_hint = 8191;  // as Asterisk reads it

using Rows = std::vector<std::vector<std::string>>;

std::string line(const std::string& text) { return base::printable(text, longest_line) + '\n'; }

/// A value as a cell of a table.
std::string cell(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get_ref<const std::string&>().empty() ? "-" : value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string list;
  for (const Json& item : value) list += (list.empty() ? "" : ", ") + cell(item);
  return list.empty() ? "-" : list;
}

/// A row for each item of `list`, with these of its values.
Rows rows_of(const Json& list, std::vector<std::string> head, std::initializer_list<const char*> keys) {
  Rows rows{std::move(head)};
  for (const Json& item : list) {
    auto& row = rows.emplace_back();
    for (const char* const key : keys) row.push_back(cell(item.at(key)));
  }
  return rows;
}

std::string counted(const Json& number, const std::string& noun) {
  const auto count = number.get<std::uint64_t>();
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

std::string length(double seconds) {
  const auto all = static_cast<std::uint64_t>(seconds < 0 ? 0 : seconds);
  const auto two = [](std::uint64_t many, const char* unit, std::uint64_t few, const char* small_unit) {
    return std::to_string(many) + ' ' + unit + ' ' + std::to_string(few) + ' ' + small_unit;
  };
  if (all >= 86'400) return two(all / 86'400, "d", all / 3600 % 24, "h");
  if (all >= 3600) return two(all / 3600, "h", all / 60 % 60, "min");
  return two(all / 60, "min", all % 60, "s");
}

std::string milliseconds(const Json& seconds) {
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f ms", seconds.get<double>() * 1000);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string latency(const Json& quantiles, const char* which) {
  return quantiles.is_null() ? "-" : milliseconds(quantiles.at(which));
}

// --- status ---------------------------------------------------------------------------------------------------

std::string status_view(const Json& status) {
  const Json& servers = status.at("servers");
  const Json& plugins = status.at("plugins");
  std::string text = line(status.at("health").get<std::string>() + ": " + counted(servers.at("up"), "server") +
                          " up, " + cell(servers.at("down")) + " down; " + counted(plugins.at("running"), "plugin") +
                          " running, " + cell(plugins.at("waiting")) + " waiting, " + cell(plugins.at("off")) + " off");
  for (const Json& reason : status.at("reasons")) text += line("  " + reason.get<std::string>());
  if (const auto lamps = status.find("lamps"); lamps != status.end() && lamps->is_object()) {
    std::string list;
    for (const auto& [name, number] : lamps->items()) list += (list.empty() ? "" : ", ") + number.dump() + ' ' + name;
    text += line("lamps: " + list);
  }
  const Json& config = status.at("config");
  text += line("configuration " + cell(config.at("file")) + ", read " + cell(config.at("read")) + ": " +
               cell(config.at("result")));
  return text + line("version " + cell(status.at("version")) + ", running for " +
                     length(status.at("uptime_seconds").get<double>()));
}

// --- Servers --------------------------------------------------------------------------------------------------

std::string state_of(const Json& server) {
  if (server.at("up") != true) return "down";
  return server.at("held") == true ? "held" : "up";
}

std::string servers_view(const Json& answer) {
  Rows rows{{"SERVER", "NAME", "STATE", "SINCE", "P50", "P99", "IN FLIGHT", "QUEUED", "EVENTS", "LOST", "TIMEOUTS"}};
  for (const Json& server : answer.at("servers")) {
    const Json& counters = server.at("counters");
    rows.push_back({cell(server.at("section")), cell(server.at("name")), state_of(server), cell(server.at("since")),
                    latency(server.at("latency_seconds"), "p50"), latency(server.at("latency_seconds"), "p99"),
                    cell(server.at("in_flight")), cell(server.at("queued")), cell(counters.at("events")),
                    cell(counters.at("lost_events")), cell(counters.at("timeouts"))});
  }
  return table_text(rows);
}

Rows counter_rows(const Json& counters) {
  Rows rows;
  for (const auto& [name, value] : counters.items()) rows.push_back({"  " + name, value.dump()});
  return rows;
}

std::string server_view(const Json& server) {
  const Json& loss = server.at("last_loss");
  const Json& quantiles = server.at("latency_seconds");
  Rows rows{
      {"server", cell(server.at("section")) + " (" + cell(server.at("name")) + ")"},
      {"state", state_of(server) + " since " + cell(server.at("since"))},
      {"last loss", loss.is_null() ? "-" : cell(loss.at("at")) + ": " + cell(loss.at("why"))},
      {"reached at", cell(server.at("address")) + " (" + cell(server.at("transport")) + ")"},
      {"Asterisk", cell(server.at("asterisk"))},
      {"system name", cell(server.at("system_name"))},
      {"zones", cell(server.at("zones"))},
      {"answers in", latency(quantiles, "p50") + " (half of them), " + latency(quantiles, "p99") + " (99 of 100)"},
      {"in flight", cell(server.at("in_flight")) + " of " + cell(server.at("window"))},
      {"queued", cell(server.at("queued"))},
      {"held", cell(server.at("held"))},
      {"counters", ""}};
  return table_text(rows) + table_text(counter_rows(server.at("counters")));
}

// --- Plugins --------------------------------------------------------------------------------------------------

std::string plugins_view(const Json& answer) {
  return table_text(rows_of(answer.at("plugins"),
                            {"PLUGIN", "VERSION", "STATE", "ISOLATED", "PROCESS", "CALLS", "FAULTS", "SECONDS"},
                            {"name", "version", "state", "isolated", "process", "calls", "faults", "busy_seconds"}));
}

std::string plugin_view(const Json& plugin) {
  const Json& process = plugin.at("process");
  Rows rows{{"plugin", cell(plugin.at("name")) + ' ' + cell(plugin.at("version"))},
            {"state", cell(plugin.at("state"))},
            {"isolated", cell(plugin.at("isolated")) + (process.is_null() ? "" : ", process " + cell(process))},
            {"calls", cell(plugin.at("calls")) + ", " + cell(plugin.at("faults")) + " faults"},
            {"took", cell(plugin.at("busy_seconds")) + " s in all, " + cell(plugin.at("longest_seconds")) +
                         " s the longest call"},
            {"counters", ""}};
  return table_text(rows) + table_text(counter_rows(plugin.at("counters")));
}

// --- Other sites ----------------------------------------------------------------------------------------------

std::string speaker_of(const Json& plugin) {
  if (plugin.at("speaks") == true) return "this broker";
  return plugin.at("other_speaks") == true ? "the other broker of this site" : "nobody";
}

std::string tenths(const Json& number, const char* unit) {
  if (!number.is_number()) return "-";
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f %s", number.get<double>(), unit);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string cluster_view(const Json& answer) {
  std::string text = line("site " + cell(answer.at("site")) +
                          (answer.at("up") == true ? ", connected to the bus" : ", NOT connected to the bus"));
  Rows plugins{{"PLUGIN", "WHO SPEAKS FOR THIS SITE"}};
  for (const Json& plugin : answer.at("plugins")) plugins.push_back({cell(plugin.at("plugin")), speaker_of(plugin)});
  if (plugins.size() > 1) text += table_text(plugins);
  Rows rows{{"SITE", "PLUGIN", "STATE", "SINCE", "HEARD", "ROUND TRIP", "CLOCK", "NAMES", "GAPS", "READS", "ZONES"}};
  for (const Json& site : answer.at("sites"))
    rows.push_back({cell(site.at("site")), cell(site.at("plugin")), cell(site.at("state")), cell(site.at("since")),
                    tenths(site.at("heard_seconds"), "s") + " ago", tenths(site.at("round_trip_ms"), "ms"),
                    tenths(site.at("clock_ahead_ms").get<double>() / 1000, "s"), cell(site.at("names")),
                    cell(site.at("gaps")), cell(site.at("reading")), cell(site.at("zones"))});
  text += rows.size() > 1 ? table_text(rows) : line("no other site was heard yet");
  for (const Json& one : answer.at("advice")) text += line("! " + one.get<std::string>());
  if (const auto failures = answer.find("failures"); failures != answer.end())
    for (const Json& one : *failures) text += line("! " + cell(one.at("plugin")) + ": " + cell(one.at("text")));
  return text;
}

// --- Changes --------------------------------------------------------------------------------------------------

std::string problems(const Json& list, const std::string& kind) {
  std::string text;
  for (const Json& problem : list) {
    const std::string place = problem.at("line") == 0 ? "" : "line " + problem.at("line").dump() + ": ";
    text += line(kind + ": " + place + problem.at("text").get<std::string>());
  }
  return text;
}

std::string config_view(const Json& answer) {
  std::string text = problems(answer.at("warnings"), "warning") + problems(answer.at("errors"), "error");
  for (const Json& change : answer.at("changes")) text += line("  " + change.get<std::string>());
  return text + line(answer.at("outcome"));
}

std::string outcome_view(const Json& answer) { return line(answer.at("outcome")); }

std::string by_hand_view(const Json& answer) { return line(answer.at("outcome")) + line(answer.at("next_reload")); }

// --- Lamps ----------------------------------------------------------------------------------------------------

/// A server by its section; another site by its name.
std::string who_says(const Json& contribution) {
  const auto site = contribution.find("site");
  if (site == contribution.end()) return cell(contribution.at("server"));
  const Json& zone = contribution.at("zone");
  return (site->is_null() ? "some site" : "site " + cell(*site)) + (zone == "" ? "" : " (zone " + cell(zone) + ")");
}

std::string show_view(const Json& answer) {
  std::string text;
  for (const Json& name : answer.at("names")) {
    text += line(cell(name.at("name")) + ", shown as " + cell(name.at("shown_as")) + " (plugin " +
                 cell(name.at("plugin")) + "), is " + cell(name.at("state")));
    Rows says_so{{"  SAYS SO", "STATE", "SINCE"}};
    for (const Json& one : name.at("contributions"))
      says_so.push_back({who_says(one), cell(one.at("state")), cell(one.at("since"))});
    text += table_text(says_so);
    text += table_text(rows_of(name.at("cells"), {"  SERVER", "SHOULD", "HOLDS", "IS", "WHY"},
                               {"server", "should", "holds", "is", "why"}));
  }
  return text.empty() ? "nothing is known of this name\n" : text;
}

std::string wrong_view(const Json& answer) {
  const Json& list = answer.at("wrong");
  if (list.empty()) return "every server holds what it should\n";
  std::string text = table_text(rows_of(list, {"NAME", "SERVER", "SHOULD", "HOLDS", "IS", "WHY", "PLUGIN"},
                                        {"name", "server", "should", "holds", "is", "why", "plugin"}));
  if (answer.at("more") != 0) text += line("and " + answer.at("more").dump() + " more");
  return text;
}

/// As they are, for a file: only what explains them is a comment.
std::string hints_view(const Json& answer) {
  std::string text;
  for (const Json& one : answer.at("lines")) text += base::printable(one.get<std::string>(), longest_hint) + '\n';
  if (answer.at("left_out") != 0)
    text += line("; left out: " + counted(answer.at("left_out"), "name") + " that no dialplan can hold");
  if (answer.at("more") != 0)
    text += line("; and " + answer.at("more").dump() + " more, which are too many at once: hints SERVER --freepbx");
  if (const auto failures = answer.find("failures"); failures != answer.end())
    for (const Json& one : *failures) text += line("; " + cell(one.at("plugin")) + ": " + cell(one.at("text")));
  return text;
}

std::string doctor_view(const Json& answer) {
  std::string text;
  bool is_any_wrong = false;
  for (const Json& finding : answer.at("findings")) {
    const bool is_ok = finding.at("result") == "ok";
    is_any_wrong = is_any_wrong || finding.at("result") == "wrong";
    text += line(cell(finding.at("result")) + "  " + cell(finding.at("check")) + ": " + cell(finding.at("text")));
    if (!is_ok && finding.at("remedy") != "") text += line("       " + cell(finding.at("remedy")));
  }
  return text + line(is_any_wrong ? "something is wrong with " + cell(answer.at("server"))
                                  : "nothing is wrong with " + cell(answer.at("server")));
}

struct View {
  std::string_view command;
  std::string (*show)(const Json& answer);
};

constexpr View views[] = {
    {"status", status_view},         {"servers", servers_view},
    {"server", server_view},         {"plugins", plugins_view},
    {"plugin", plugin_view},         {"reload", config_view},
    {"diff", config_view},           {"log-level", outcome_view},
    {"resync", outcome_view},        {"trace", outcome_view},
    {"hold", outcome_view},          {"release", outcome_view},
    {"server-add", by_hand_view},    {"server-drop", by_hand_view},
    {"plugin-enable", by_hand_view}, {"plugin-disable", by_hand_view},
    {"plugin-reload", by_hand_view}, {"show", show_view},
    {"wrong", wrong_view},           {"hints", hints_view},
    {"doctor", doctor_view},         {"cluster", cluster_view},
};

std::string json_text(const Json& answer) { return answer.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

std::string commands_text(const Client& client) {
  Rows rows;
  const Json answer = with_own_commands(client.get("/v1"));
  for (const Json& command : answer.at("commands")) {
    const std::string usage = usage_of(command);
    rows.push_back({"  " + spelled(command, answer) + (usage.empty() ? "" : " " + usage), command.at("help")});
  }
  return table_text(rows);
}

}  // namespace

std::string view_of(std::string_view command, const Json& answer) {
  for (const View& view : views) {
    if (view.command != command) continue;
    try {
      return view.show(answer);
    } catch (const Json::exception&) {  // of a broker that is older or newer
      break;
    }
  }
  return json_text(answer);
}

std::string help_text(const Client& client) {
  std::string text =
      "Usage: zmq-ami-brokerctl [OPTION]... COMMAND [WORD]... [--ARGUMENT VALUE]...\n"
      "Asks the zmq-ami-broker that runs on this machine, and tells it what to do.\n\n"
      "  --socket PATH      the broker's control socket (default: " +
      std::string(default_socket) +
      ")\n"
      "  --timeout SECONDS  how long to wait for an answer (default: 20)\n"
      "  --json             print the answer as it is\n"
      "  --version, --help; help COMMAND explains one command\n\n"
      "Exit code: 0 well, 1 degraded (status), 2 failed or refused, 64 wrong use or unknown name,\n"
      "69 the broker cannot be reached, 77 not allowed.\n\n";
  try {
    return text + "Commands:\n" + commands_text(client);
  } catch (const std::exception& error) {
    return text +
           line(std::string("The commands are those of the broker that runs, and it cannot be asked: ") + error.what());
  }
}

std::string command_help(const Json& command, const Json& commands) {
  const std::string usage = usage_of(command);
  std::string text =
      line("Usage: zmq-ami-brokerctl " + spelled(command, commands) + (usage.empty() ? "" : " " + usage));
  text += line(command.at("help").get<std::string>() +
               (command.at("level") == "change" ? " (needs the right to change)" : ""));
  Rows rows;
  for (const Json& argument : command.at("arguments"))
    rows.push_back({"  " + argument.at("name").get<std::string>(), argument.at("help")});
  return text + table_text(rows);
}

}  // namespace amibroker::ctl
