// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_schema.hpp"

#include <algorithm>
#include <set>

#include "core/app/config_text.hpp"
#include "core/app/config_values.hpp"
#include "core/app/secret_file.hpp"
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
  if (const auto level = parse_level(entry.value)) config.log_level = *level;
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
  if (!check_one_line(entry, findings)) return;
  Address address = parse_address(entry.value);
  if (address.error.empty()) draft.server.addr = std::move(address.text);
  else findings.error(entry.line, "addr: " + address.error);
}

void read_port(const IniEntry& entry, std::uint16_t& port, Findings& findings) {
  if (const auto number = read_number(entry, 1, 65535, "", findings)) port = static_cast<std::uint16_t>(*number);
}

void read_transport(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  constexpr std::string_view words[] = {"zmq", "ami"};
  if (!check_one_line(entry, findings)) return;
  if (lower(entry.value) == "ami") {
    draft.server.transport = link::Transport::ami;
    return;
  }
  draft.transport_is_known = lower(entry.value) == "zmq";
  if (!draft.transport_is_known)
    findings.error(entry.line, "transport = " + quoted(entry.value) +
                                   ": write ami (the manager interface of every Asterisk) or zmq (the module "
                                   "res_zmq_manager)" +
                                   host::did_you_mean(lower(entry.value), words));
}

/// A text that goes into an action.
void read_text(const IniEntry& entry, std::string& text, Findings& findings) {
  constexpr std::size_t longest = 500;  // a line of AMI has 1,024 bytes
  if (!check_one_line(entry, findings)) return;
  if (entry.value.empty() || entry.value.size() > longest || has_control(entry.value))
    findings.error(entry.line, entry.key + ": write 1 to " + std::to_string(longest) +
                                   " bytes without tabs and other control characters");
  else text = entry.value;
}

void read_secret(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  read_text(entry, draft.server.ami.secret, findings);
  if (findings.secret_line == 0) findings.secret_line = entry.line;
}

void read_secret_from_file(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  if (!check_one_line(entry, findings)) return;
  SecretFile file = read_secret_file(entry.value, findings.folder);
  if (!file.error.empty()) findings.error(entry.line, "secret_file: " + file.error);
  if (!file.warning.empty()) findings.warning(entry.line, "secret_file: " + file.warning);
  draft.server.ami.secret = std::move(file.text);
}

void read_ca_file(const IniEntry& entry, ServerDraft& draft, Findings& findings) {
  if (!check_one_line(entry, findings)) return;
  draft.ca_file = path_in(findings.folder, entry.value);
  if (entry.value.empty() || !can_be_opened(draft.ca_file))
    findings.error(entry.line, "ca_file = " + quoted(entry.value) +
                                   " cannot be opened: name a file of PEM certificates that the daemon may read");
}

/// A text that is looked at once the whole section was read.
void keep_text(const IniEntry& entry, std::string& text, Findings& findings) {
  if (check_one_line(entry, findings)) text = entry.value;
}

/// A list whose items `is_right`, each once. `rule`: what an item must be, as it stands in a message.
void read_list(const IniEntry& entry, bool (*is_right)(std::string_view), std::string_view rule,
               std::vector<std::string>& items, Findings& findings) {
  std::set<std::string_view> seen;
  for (const std::string_view item : split_list(entry.value)) {
    if (!is_right(item)) findings.error(entry.line, entry.key + ": " + quoted(item) + std::string(rule));
    else if (!seen.insert(item).second)
      findings.error(entry.line, entry.key + ": " + quoted(item) + " is there twice: delete one of the two");
    else items.emplace_back(item);
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
    {"device_state", [](const IniEntry& e, Config& c, Findings& f) { read_switch(e, "device_state", c, f); }},
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
    {"transport", read_transport},
    {"cmd_port", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_port(e, d.server.zmq.cmd_port, f); }},
    {"evt_port", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_port(e, d.server.zmq.evt_port, f); }},
    {"curve_server_key", [](const IniEntry& e, ServerDraft& d, Findings& f) { keep_text(e, d.curve_server_key, f); }},
    {"curve_secret_file", [](const IniEntry& e, ServerDraft& d, Findings& f) { keep_text(e, d.curve_secret_file, f); }},
    {"port", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_port(e, d.server.ami.port, f); }},
    {"username", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_text(e, d.server.ami.username, f); }},
    {"secret", read_secret},
    {"secret_file", read_secret_from_file},
    {"plain_login",
     [](const IniEntry& e, ServerDraft& d, Findings& f) { read_boolean(e, d.server.ami.plain_login, f); }},
    {"tls", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_boolean(e, d.tls, f); }},
    {"tls_insecure", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_boolean(e, d.tls_insecure, f); }},
    {"ca_file", read_ca_file},
    {"ami_trace", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_boolean(e, d.server.trace, f); }},
    {"zones", read_zones},
    {"include", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_globs(e, d.server.include, f); }},
    {"exclude", [](const IniEntry& e, ServerDraft& d, Findings& f) { read_globs(e, d.server.exclude, f); }},
};

}  // namespace

std::span<const KeySpec<Config>> general_keys() noexcept { return general_table; }
std::span<const KeySpec<const IniEntry*>> servers_keys() noexcept { return servers_table; }
std::span<const KeySpec<ServerDraft>> server_keys() noexcept { return server_table; }

std::string Findings::hint(std::string_view word, std::span<const std::string_view> known) {
  return hints_++ < max_errors ? host::did_you_mean(word, known) : std::string();
}

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
  if (const auto parsed = parse_boolean(entry.value)) value = *parsed;
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
                                 findings.hint(entry.key, known));
}

}  // namespace amibroker::app
