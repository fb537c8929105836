// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a configuration: each mistake is named in one line with a line of the file, and what is accepted is
// what the daemon relies on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/config.hpp"
#include "core/app/config_values.hpp"
#include "core/base/address.hpp"
#include "core/host/plugin_name.hpp"
#include "tests/fuzz/check.hpp"

namespace amibroker::fuzz {
namespace {

void check_findings(const std::vector<base::Problem>& findings, int lines) {
  check(findings.size() <= base::max_errors + 1, "the list of findings is bounded");
  int before = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const auto& [line, text] = findings[i];
    check(is_one_line(text, 1000), "a finding is one line");
    check(line >= 0 && line <= lines, "a finding's line is in the file");
    if (i < base::max_errors) check(line >= before, "findings are in the order of the lines");
    before = line;
  }
}

bool is_plain_name(std::string_view text) { return !text.empty() && is_one_line(text, app::max_config_bytes); }

/// A list of a server: each item right, and there once.
void check_items(const std::vector<std::string>& items, bool (*is_right)(std::string_view)) {
  for (const std::string& item : items) check(is_right(item), "an item of a list is what its key takes");
  check(std::set(items.begin(), items.end()).size() == items.size(), "an item of a list is there once");
}

std::vector<std::uint16_t> ports_of(const link::ServerConfig& server) {
  std::vector<std::uint16_t> ports;
  for (const link::Access::Port& port : server.access->ports()) ports.push_back(port.number);
  return ports;
}

void check_servers(const std::vector<app::ServerSettings>& servers) {
  check(!servers.empty(), "there is a server");
  std::set<std::string_view> sections;
  std::set<std::pair<std::string, std::uint16_t>> endpoints;
  for (const app::ServerSettings& server : servers) {
    check(is_plain_name(server.name) && is_plain_name(server.section), "a server has a name");
    check(base::parse_address(server.addr).error.empty(), "a server has an address");
    check(sections.insert(server.section).second, "a section is one server");
    for (const std::uint16_t port : ports_of(server)) {
      check(port != 0, "a server has its ports");
      check(endpoints.emplace(base::canonical_address(server.addr), port).second, "a port is used by one link");
    }
    check_items(server.zones, [](std::string_view item) { return app::is_zone_name(item); });
    check_items(server.include, [](std::string_view item) { return app::is_glob(item); });
    check_items(server.exclude, [](std::string_view item) { return app::is_glob(item); });
  }
}

void check_plugins(const std::vector<host::PluginConfig>& plugins) {
  std::set<std::string_view> names;
  for (const host::PluginConfig& plugin : plugins) {
    check(host::is_plugin_name(plugin.name), "a plugin's name is safe as part of a file's");
    check(names.insert(plugin.name).second, "a plugin is there once");
    std::set<std::string_view> keys;
    for (const base::Setting& setting : plugin.settings) {
      check(is_plain_name(setting.key) && keys.insert(setting.key).second, "a setting is there once");
      check(setting.value.empty() || is_plain_name(setting.value), "a setting is one line");
    }
  }
}

void run(std::string_view text) {
  const app::LoadedConfig loaded = app::parse_config(text);
  const int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
  check_findings(loaded.errors, lines);
  check_findings(loaded.warnings, lines);
  if (!loaded.ok()) return;
  const auto timeout = loaded.config.request_timeout.count();
  check(timeout >= 10 && timeout <= 600'000, "request_timeout is in its range");
  check_servers(loaded.config.servers);
  check_plugins(loaded.config.plugins);
}

}  // namespace
}  // namespace amibroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amibroker::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
