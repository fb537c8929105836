// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_schema.hpp"

#include <algorithm>

#include "core/app/config_values.hpp"
#include "core/base/address.hpp"
#include "core/base/nearest.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"
#include "core/control/control_socket.hpp"
#include "core/link/transport.hpp"

namespace amibroker::app {
namespace {

void read_switch(const base::Setting& entry, std::string_view plugin_name, Config& config, base::Findings& findings) {
  host::PluginConfig& plugin = plugin_of(config, plugin_name);
  plugin.line = entry.line;
  base::read_boolean(entry, plugin.enabled, findings);
}

void read_log_level(const base::Setting& entry, Config& config, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  if (const auto level = parse_level(entry.value)) config.log_level = *level;
  else
    findings.error(entry.line, "log_level = " + base::in_quotes(entry.value) + ": write debug, info, warning or error" +
                                   base::did_you_mean(base::lower(entry.value), level_words));
}

void read_request_timeout(const base::Setting& entry, Config& config, base::Findings& findings) {
  if (const auto number = base::read_number(entry, 10, 600'000, " milliseconds", findings))
    config.request_timeout = std::chrono::milliseconds(*number);
}

void read_hang_limit(const base::Setting& entry, Config& config, base::Findings& findings) {
  if (const auto number = base::read_number(entry, 0, 3600, " seconds", findings))
    config.hang_limit = std::chrono::seconds(*number);
}

void read_stop_limit(const base::Setting& entry, Config& config, base::Findings& findings) {
  if (const auto number = base::read_number(entry, 1, 300, " seconds", findings))
    config.stop_limit = std::chrono::seconds(*number);
}

void read_name(const base::Setting& entry, ServerDraft& draft, base::Findings& findings) {
  if (base::check_one_line(entry, findings) && !entry.value.empty()) draft.server.name = entry.value;
}

void read_addr(const base::Setting& entry, ServerDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  base::Address address = base::parse_address(entry.value);
  if (address.error.empty()) draft.server.addr = std::move(address.text);
  else findings.error(entry.line, "addr: " + address.error);
}

void read_transport(const base::Setting& entry, ServerDraft& draft, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  draft.server.transport = link::find_transport(base::lower(entry.value));
  if (draft.server.transport != nullptr) return;
  std::string choice;
  std::vector<std::string_view> names;
  for (const link::TransportKind& kind : link::transport_kinds()) {
    choice += (choice.empty() ? "" : " or ") + std::string(kind.name) + " (" + std::string(kind.about) + ")";
    names.push_back(kind.name);
  }
  findings.error(entry.line, "transport = " + base::in_quotes(entry.value) + ": write " + choice +
                                 base::did_you_mean(base::lower(entry.value), names));
}

void read_zones(const base::Setting& entry, ServerDraft& draft, base::Findings& findings) {
  constexpr std::string_view rule =
      " is no name of a zone: write 1 to 40 of A-Z, a-z, 0-9, \"_\" and \"-\", and commas between names";
  base::read_list(entry, is_zone_name, rule, draft.server.zones, findings);
}

void read_globs(const base::Setting& entry, std::vector<std::string>& globs, base::Findings& findings) {
  base::read_list(entry, is_glob, " holds a tab: delete it, and write commas between globs", globs, findings);
}

constexpr base::KeySpec<Config> general_table[] = {
    {"device_state",
     [](const base::Setting& e, Config& c, base::Findings& f) { read_switch(e, "device_state", c, f); }},
    {"presence", [](const base::Setting& e, Config& c, base::Findings& f) { read_switch(e, "presence_state", c, f); }},
    {"log_level", read_log_level},
    {"request_timeout", read_request_timeout},
    {"hang_limit", read_hang_limit},
    {"stop_limit", read_stop_limit},
    {"count_messages",
     [](const base::Setting& e, Config& c, base::Findings& f) { base::read_boolean(e, c.count_messages, f); }},
    {"verbose_messages",
     [](const base::Setting& e, Config& c, base::Findings& f) { base::read_boolean(e, c.verbose_messages, f); }},
};

void read_socket(const base::Setting& entry, ControlSettings& control, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  control.socket = entry.value.empty() ? "" : base::path_in(findings.folder, entry.value);
  if (control.socket->size() > control::ControlSocket::longest_path)
    findings.error(entry.line, "socket: the path is longer than " +
                                   std::to_string(control::ControlSocket::longest_path) + " bytes");
}

void read_group(const base::Setting& entry, std::string& name, std::optional<gid_t>& group, base::Findings& findings) {
  if (!base::check_one_line(entry, findings)) return;
  name = entry.value;
  group = control::group_of(name);
  if (!group)
    findings.error(entry.line,
                   std::string(entry.key) + " = " + base::in_quotes(entry.value) +
                       ": this machine has no such group; make it (groupadd --system), or name another one");
}

constexpr base::KeySpec<ControlSettings> control_table[] = {
    {"socket", read_socket},
    {"look_group", [](const base::Setting& e, ControlSettings& c,
                      base::Findings& f) { read_group(e, c.look_group, c.rights.look, f); }},
    {"change_group", [](const base::Setting& e, ControlSettings& c,
                        base::Findings& f) { read_group(e, c.change_group, c.rights.change, f); }},
};

constexpr base::KeySpec<const base::Setting*> servers_table[] = {
    {"sections", [](const base::Setting& e, const base::Setting*& sections, base::Findings&) { sections = &e; }},
};

constexpr base::KeySpec<ServerDraft> server_table[] = {
    {"name", read_name},
    {"addr", read_addr},
    {"transport", read_transport},
    {"ami_trace",
     [](const base::Setting& e, ServerDraft& d, base::Findings& f) { base::read_boolean(e, d.server.trace, f); }},
    {"zones", read_zones},
    {"include", [](const base::Setting& e, ServerDraft& d, base::Findings& f) { read_globs(e, d.server.include, f); }},
    {"exclude", [](const base::Setting& e, ServerDraft& d, base::Findings& f) { read_globs(e, d.server.exclude, f); }},
};

}  // namespace

std::span<const base::KeySpec<Config>> general_keys() noexcept { return general_table; }
std::span<const base::KeySpec<ControlSettings>> control_keys() noexcept { return control_table; }
std::span<const base::KeySpec<const base::Setting*>> servers_keys() noexcept { return servers_table; }
std::span<const base::KeySpec<ServerDraft>> server_keys() noexcept { return server_table; }

host::PluginConfig& plugin_of(Config& config, std::string_view name) {
  const auto found = std::find_if(config.plugins.begin(), config.plugins.end(),
                                  [name](const host::PluginConfig& plugin) { return plugin.name == name; });
  if (found != config.plugins.end()) return *found;
  config.plugins.push_back({std::string(name), false, 0, {}});
  return config.plugins.back();
}

}  // namespace amibroker::app
