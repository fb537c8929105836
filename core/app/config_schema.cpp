// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_schema.hpp"

#include <algorithm>

#include "core/app/config_text.hpp"
#include "core/app/config_values.hpp"
#include "core/host/nearest.hpp"

namespace amibroker::app {
namespace {

/// A number within a range; `unit` as it stands in a message, with a blank before it.
std::optional<std::int64_t> read_number(const IniEntry& entry, std::int64_t least, std::int64_t greatest,
                                        std::string_view unit, Findings& findings) {
  if (!check_one_line(entry, findings)) return std::nullopt;
  const auto number = parse_number(entry.value);
  if (number && *number >= least && *number <= greatest) return number;
  findings.error(entry.line, entry.key + " = " + quoted(entry.value) + ": write a whole number from " +
                                 std::to_string(least) + " to " + std::to_string(greatest) + std::string(unit));
  return std::nullopt;
}

void read_switch(const IniEntry& entry, std::string_view plugin_name, Config& config, Findings& findings) {
  host::PluginConfig& plugin = plugin_of(config, plugin_name);
  plugin.line = entry.line;
  read_boolean(entry, plugin.enabled, findings);
}

void read_log_level(const IniEntry& entry, Config& config, Findings& findings) {
  if (!check_one_line(entry, findings)) return;
  if (const auto level = parse_level(entry.value))
    config.log_level = *level;
  else
    findings.error(entry.line, "log_level = " + quoted(entry.value) + ": write debug, info, warning or error" +
                                   host::did_you_mean(lower(entry.value), level_words));
}

void read_request_timeout(const IniEntry& entry, Config& config, Findings& findings) {
  if (const auto number = read_number(entry, 10, 600'000, " milliseconds", findings))
    config.request_timeout = std::chrono::milliseconds(*number);
}

void read_name(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  if (check_one_line(entry, findings) && !entry.value.empty()) draft.server.name = entry.value;
}

void read_addr(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  draft.addr_line = entry.line;
  if (!check_one_line(entry, findings)) return;
  Address address = parse_address(entry.value);
  if (address.error.empty())
    draft.server.addr = std::move(address.text);
  else
    findings.error(entry.line, "addr: " + address.error);
}

void read_port(const IniEntry& entry, std::uint16_t& port, int& line, Findings& findings) {
  line = entry.line;
  if (const auto number = read_number(entry, 1, 65535, "", findings)) port = static_cast<std::uint16_t>(*number);
}

void read_cmd_port(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  read_port(entry, draft.server.zmq.cmd_port, draft.cmd_port_line, findings);
}

void read_evt_port(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  read_port(entry, draft.server.zmq.evt_port, draft.evt_port_line, findings);
}

/// A list whose items `is_right`, each once. `rule`: what an item must be, as it stands in a message.
void read_list(const IniEntry& entry, bool (*is_right)(std::string_view), std::string_view rule,
               std::vector<std::string>& items, Findings& findings) {
  for (const std::string_view item : split_list(entry.value)) {
    if (!is_right(item))
      findings.error(entry.line, entry.key + ": " + quoted(item) + std::string(rule));
    else if (std::find(items.begin(), items.end(), item) != items.end())
      findings.error(entry.line, entry.key + ": " + quoted(item) + " is there twice: delete one of the two");
    else
      items.emplace_back(item);
  }
}

void read_zones(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  constexpr std::string_view rule =
      " is no name of a zone: write 1 to 40 of A-Z, a-z, 0-9, \"_\" and \"-\", and commas between names";
  read_list(entry, is_zone_name, rule, draft.server.zones, findings);
}

void read_globs(const IniEntry& entry, std::vector<std::string>& globs, Findings& findings) {
  read_list(entry, is_glob, " holds a tab: delete it, and write commas between globs", globs, findings);
}

constexpr KeySpec<Config> general_table[] = {
    {"device_state",
     [](const IniEntry& e, Config& c, Findings& f) { read_switch(e, "device_state", c, f); }},
    {"presence", [](const IniEntry& e, Config& c, Findings& f) { read_switch(e, "presence_state", c, f); }},
    {"log_level", read_log_level},
    {"request_timeout", read_request_timeout},
    {"count_messages", [](const IniEntry& e, Config& c, Findings& f) { read_boolean(e, c.count_messages, f); }},
    {"verbose_messages", [](const IniEntry& e, Config& c, Findings& f) { read_boolean(e, c.verbose_messages, f); }},
};

constexpr KeySpec<const IniEntry*> servers_table[] = {
    {"sections", [](const IniEntry& e, const IniEntry*& sections, Findings&) { sections = &e; }},
};

constexpr KeySpec<ServerDraft> server_table[] = {
    {"name", read_name},
    {"addr", read_addr},
    {"cmd_port", read_cmd_port},
    {"evt_port", read_evt_port},
    {"ami_trace", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_boolean(e, d.server.trace, f); }},
    {"zones", read_zones},
    {"include", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_globs(e, d.server.include, f); }},
    {"exclude", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_globs(e, d.server.exclude, f); }},
};

}  // namespace

std::span<const KeySpec<Config>> general_keys() noexcept { return general_table; }
std::span<const KeySpec<const IniEntry*>> servers_keys() noexcept { return servers_table; }
std::span<const KeySpec<ServerDraft>> server_keys() noexcept { return server_table; }

host::PluginConfig& plugin_of(Config& config, std::string_view name) {
  const auto found = std::find_if(config.plugins.begin(), config.plugins.end(),
                                  [name](const host::PluginConfig& plugin) { return plugin.name == name; });
  if (found != config.plugins.end()) return *found;
  config.plugins.push_back({std::string(name), false, 0, {}});
  return config.plugins.back();
}

void read_boolean(const IniEntry& entry, bool& value, Findings& findings) {
  constexpr std::string_view words[] = {"yes", "no", "true", "false", "on", "off"};
  if (!check_one_line(entry, findings)) return;
  if (const auto parsed = parse_boolean(entry.value))
    value = *parsed;
  else
    findings.error(entry.line, entry.key + " = " + quoted(entry.value) + ": write yes or no" +
                                   host::did_you_mean(lower(entry.value), words));
}

bool check_one_line(const IniEntry& entry, Findings& findings) {
  if (entry.second_line == 0) return true;
  findings.error(entry.second_line, "this line is indented, so it continues " + quoted(entry.key) + " of line " +
                                        std::to_string(entry.line) +
                                        ", which takes one line only: begin it where that line begins");
  return false;
}

void report_unknown_key(const IniEntry& entry, std::string_view section, std::span<const std::string_view> known,
                        Findings& findings) {
  findings.error(entry.line, "unknown key " + quoted(entry.key) + " in [" + std::string(section) + "]" +
                                 host::did_you_mean(entry.key, known));
}

}  // namespace amibroker::app
