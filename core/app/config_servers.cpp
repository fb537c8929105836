// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_servers.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include "core/app/config_values.hpp"
#include "core/base/address.hpp"
#include "core/base/nearest.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"
#include "core/link/transport.hpp"

namespace amibroker::app {
namespace {

constexpr std::string_view how_to_list = "list the servers' sections in [servers]: sections = server-1, server-2";

const base::Section* find_section(const std::vector<base::Section>& sections, std::string_view name) {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [name](const base::Section& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

std::string in_brackets(std::string_view name) { return "[" + std::string(name) + "]"; }

/// A TCP port of a server may be used once.
class Endpoints {
 public:
  void add(const link::ServerConfig& server, std::string_view key, std::uint16_t port, int line,
           base::Findings& findings) {
    if (server.addr.empty() || port == 0) return;
    const auto [first, is_new] =
        used_.try_emplace({base::canonical_address(server.addr), port}, Use{server.section, key, line});
    if (is_new) return;
    const auto& [section, first_key, first_line] = first->second;
    std::string text = std::string(key) + " = " + std::to_string(port) + " of " + server.addr + " is the ";
    text += std::string(first_key) + " of " + in_brackets(section) + " in line " + std::to_string(first_line);
    text += " already: ";
    text += section == server.section ? "actions and events have a port each" : "each server is there once";
    findings.error(line, std::move(text));
  }

 private:
  struct Use {
    std::string section;
    std::string_view key;
    int line;
  };
  std::map<std::tuple<std::string, std::uint16_t>, Use> used_;
};

/// The keys that a server's section may have with this transport; null: with any.
std::vector<std::string_view> keys_with(const link::TransportKind* transport) {
  std::vector<std::string_view> keys;
  for (const auto& row : server_keys()) keys.push_back(row.name);
  for (const link::TransportKind& kind : link::transport_kinds())
    if (transport == nullptr || transport == &kind) keys.insert(keys.end(), kind.keys.begin(), kind.keys.end());
  return keys;
}

bool is_one_of(std::span<const std::string_view> keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void read_access(const base::Section& section, link::ServerConfig& server, Endpoints& endpoints,
                 base::Findings& findings) {
  if (server.transport == nullptr) return;  // what its section must hold cannot be said
  server.access = server.transport->read(section, findings);
  link::forbid_other_keys(section, *server.transport, findings);
  if (server.access == nullptr) return;
  for (const link::Access::Port& port : server.access->ports()) {
    const int line = base::line_of(section, port.key);
    endpoints.add(server, port.key, port.number, line != 0 ? line : section.line, findings);
  }
}

ServerSettings read_server(const base::Section& section, Endpoints& endpoints, base::Findings& findings) {
  ServerDraft draft;
  draft.server.section = section.name;
  draft.server.name = section.name;
  draft.server.transport = &link::transport_kinds().front();
  const auto known = keys_with(nullptr);
  std::vector<const base::Setting*> unknown;
  for (const base::Setting& setting : section.settings)
    if (!base::read_key(setting, server_keys(), draft, findings) && !is_one_of(known, setting.key))
      unknown.push_back(&setting);
  // Only now is it known which transport it has: a key that means nothing with that one is no help.
  const auto usable = keys_with(draft.server.transport);
  for (const base::Setting* setting : unknown) base::report_unknown_key(*setting, section.name, usable, findings);
  base::require(section, {"addr"}, findings);
  read_access(section, draft.server, endpoints, findings);
  return std::move(draft.server);
}

/// `sections = ...`, or nothing, with an error, if there is none or it is empty.
const base::Setting* read_section_list(const std::vector<base::Section>& sections, base::Findings& findings) {
  const base::Section* servers = find_section(sections, "servers");
  if (servers == nullptr) {
    findings.error(0, "no servers: " + std::string(how_to_list));
    return nullptr;
  }
  const base::Setting* list = nullptr;
  base::read_keys(*servers, servers_keys(), list, findings);
  if (list != nullptr && !base::split_list(list->value).empty()) return list;
  findings.error(list != nullptr ? list->line : servers->line, "no servers: " + std::string(how_to_list));
  return nullptr;
}

/// Sections of the daemon's own; no server can be called so.
constexpr std::string_view own_sections[] = {"general", "servers", "plugins", "control", "http", "cluster"};

/// Whether a section can only have been meant as a server's.
bool looks_like_server(const base::Section& section) {
  const auto known = keys_with(nullptr);
  const auto is_known = [&](const base::Setting& setting) { return is_one_of(known, setting.key); };
  return std::all_of(section.settings.begin(), section.settings.end(), is_known) && base::line_of(section, "addr") != 0;
}

void report_unknown_sections(const std::vector<base::Section>& sections, const std::set<std::string_view>& listed,
                             base::Findings& findings) {
  std::vector<std::string_view> known(std::begin(own_sections), std::end(own_sections));
  known.insert(known.end(), listed.begin(), listed.end());
  for (const base::Section& section : sections) {
    if (is_reserved_section(section.name) || listed.contains(section.name)) continue;
    if (looks_like_server(section))
      // Taking a server out of the list is how people switch one off.
      findings.warning(section.line,
                       in_brackets(section.name) + " is not used: \"sections\" in [servers] does not list it");
    else
      findings.error(section.line, "unknown section " + in_brackets(section.name) + findings.hint(section.name, known));
  }
}

/// A zone that one server alone names shares nothing with anybody, unless other sites name it.
void report_lonely_zones(const std::vector<base::Section>& sections, const Config& config, base::Findings& findings) {
  if (find_section(sections, "cluster") != nullptr) return;
  std::map<std::string_view, std::size_t> servers_of;
  for (const ServerSettings& server : config.servers)
    for (const std::string& zone : server.zones) ++servers_of[zone];
  for (const ServerSettings& server : config.servers)
    for (const std::string& zone : server.zones) {
      if (servers_of[zone] > 1 || findings.warnings.size() >= base::max_errors) continue;
      const base::Section* section = find_section(sections, server.section);
      std::vector<std::string_view> others;
      for (const auto& [other, servers] : servers_of)
        if (other != zone) others.push_back(other);
      findings.warning(base::line_of(*section, "zones"),
                       "zones: no server but " + in_brackets(server.section) + " names the zone " +
                           base::in_quotes(zone) + ", so nothing is shared by it" + findings.hint(zone, others));
    }
}

}  // namespace

bool is_reserved_section(std::string_view name) noexcept {
  return std::find(std::begin(own_sections), std::end(own_sections), name) != std::end(own_sections) ||
         name == "plugin" || name.starts_with("plugin ") || name.starts_with("plugin\t");
}

void read_servers(const std::vector<base::Section>& sections, Config& config, base::Findings& findings) {
  std::set<std::string_view> listed;
  Endpoints endpoints;
  const base::Setting* list = read_section_list(sections, findings);
  const auto names = list != nullptr ? base::split_list(list->value) : std::vector<std::string_view>{};
  const std::set<std::string_view> all(names.begin(), names.end());
  std::vector<std::string_view> candidates;
  for (const base::Section& section : sections)
    if (!is_reserved_section(section.name) && !all.contains(section.name)) candidates.push_back(section.name);
  std::map<std::string_view, const base::Section*> by_name;
  for (const base::Section& section : sections) by_name.try_emplace(section.name, &section);
  for (const std::string_view name : names) {
    if (!listed.insert(name).second)
      findings.error(list->line, "sections: " + base::in_quotes(name) + " is there twice");
    else if (is_reserved_section(name))
      findings.error(list->line, "sections: " + base::in_quotes(name) + " cannot be the name of a server");
    else if (const auto section = by_name.find(name); section != by_name.end())
      config.servers.push_back(read_server(*section->second, endpoints, findings));
    else
      findings.error(list->line, "sections: there is no section " + in_brackets(base::shortened(name)) +
                                     findings.hint(name, candidates));
  }
  // Without a list every server's section would be reported as well.
  if (list != nullptr) report_unknown_sections(sections, listed, findings);
  report_lonely_zones(sections, config, findings);
}

void read_one_server(const std::vector<base::Section>& sections, std::string_view name, LoadedServer& result,
                     base::Findings& findings) {
  if (const base::Section* const servers = find_section(sections, "servers"))
    for (const base::Setting& setting : servers->settings)
      for (const std::string_view listed : base::split_list(setting.value))
        if (setting.key == "sections" && listed == name) result.is_listed = true;
  const base::Section* const section = is_reserved_section(name) ? nullptr : find_section(sections, name);
  result.is_there = section != nullptr;
  if (section != nullptr) {
    Endpoints endpoints;
    result.server = read_server(*section, endpoints, findings);
    return;
  }
  std::vector<std::string_view> known;
  for (const base::Section& one : sections)
    if (!is_reserved_section(one.name)) known.push_back(one.name);
  result.hint = base::did_you_mean(name, known);
}

}  // namespace amibroker::app
