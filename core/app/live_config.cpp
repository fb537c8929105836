// SPDX-License-Identifier: Apache-2.0
#include "core/app/live_config.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/app/config_schema.hpp"
#include "core/app/crash_record.hpp"
#include "core/app/file_limit.hpp"
#include "core/app/report.hpp"
#include "core/base/address.hpp"
#include "core/base/printable.hpp"
#include "core/host/plugin_warnings.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_file_name = 200;

host::ServerLabel label_of(const ServerSettings& server) {
  return {server.section, server.name,    server.zones,
          server.include, server.exclude, std::string(server.transport->name)};
}

/// The port by which both are reached at the same address; nothing if they are two.
std::optional<std::uint16_t> shared_port(const ServerSettings& one, const ServerSettings& other) {
  if (base::canonical_address(one.addr) != base::canonical_address(other.addr)) return std::nullopt;
  for (const link::Access::Port& port : one.access->ports())
    for (const link::Access::Port& its : other.access->ports())
      if (port.number == its.number) return port.number;
  return std::nullopt;
}

}  // namespace

LiveConfig::LiveConfig(Config config, const CommandLine& line, FoldersOf folders, const Ruled& ruled)
    : config_(std::move(config)),
      line_(line),
      folders_(std::move(folders)),
      ruled_(ruled),
      on_in_file_(switched_on(config_)),
      listed_(listed(config_)) {
  leave_out_crashed(config_);
  if (const auto file = crash_record_file()) set_crash_record(*file);
  raise_file_limit(config_.servers.size());
  ruled_.dispatcher.count_messages(config_.count_messages);
  for (const ServerSettings& server : config_.servers) add(server);
}

std::vector<base::Problem> LiveConfig::load_plugins() {
  return ruled_.plugins.load(folders_(config_), config_.plugins);
}

ConfigOutcome LiveConfig::take(LoadedConfig loaded) {
  const std::string file = shown_file();
  for (const auto& warning : loaded.warnings) spdlog::warn("{}", to_string(file, warning));
  if (!loaded.ok()) return refuse(std::move(loaded.errors), std::move(loaded.warnings));
  Names on_in_file = switched_on(loaded.config);
  Names listed_in_file = listed(loaded.config);
  leave_out_crashed(loaded.config);
  const host::PluginFolders folders = folders_(loaded.config);
  for (const auto& warning : host::plugin_warnings(folders, loaded.config.plugins)) {
    spdlog::warn("{}", to_string(file, warning));
    loaded.warnings.push_back(warning);
  }
  std::vector<base::Problem> errors;
  host::PluginPlan plan = ruled_.plugins.plan(folders, loaded.config.plugins, std::move(loaded.apart), errors);
  if (!errors.empty()) return refuse(std::move(errors), std::move(loaded.warnings));

  const ConfigDiff diff = difference(config_, loaded.config, wins());
  std::vector<std::string> lines = diff.lines();
  for (std::string& change : plan.changes()) lines.push_back(std::move(change));
  const Level level = loaded.config.log_level;
  // What changes is worth a line if it is by the level of before or by that of now.
  set_level(std::min(level, config_.log_level));
  for (const std::string& line : lines) spdlog::info("{}", line);
  apply(diff, std::move(plan), std::move(loaded.config));
  ConfigOutcome outcome{.is_right = true,
                        .text = "the configuration " + file + " was read again: " +
                                (lines.empty() ? "nothing is different" : counted(lines.size(), "change")),
                        .warnings = std::move(loaded.warnings),
                        .changes = std::move(lines)};
  spdlog::info("{}", outcome.text);
  set_level(level);
  ++generation_;
  on_in_file_ = std::move(on_in_file);
  listed_ = std::move(listed_in_file);
  note(outcome);
  return outcome;
}

ConfigOutcome LiveConfig::compare(const CheckedConfig& checked) const {
  const LoadedConfig& loaded = checked.loaded;
  ConfigOutcome outcome{.is_right = loaded.ok() && checked.plugins.errors.empty(), .warnings = loaded.warnings};
  outcome.errors = loaded.ok() ? checked.plugins.errors : loaded.errors;
  if (!outcome.is_right) {
    outcome.text = "the configuration " + shown_file() + " is wrong: a reload would change nothing";
    return outcome;
  }
  const host::PluginFolders folders = folders_(loaded.config);
  for (const auto& warning : host::plugin_warnings(folders, loaded.config.plugins)) outcome.warnings.push_back(warning);
  outcome.changes = difference(config_, loaded.config, wins()).lines();
  for (std::string& change : ruled_.plugins.changes_to(folders, loaded.config.plugins, checked.plugins))
    outcome.changes.push_back(std::move(change));
  outcome.text = "the configuration " + shown_file() + " has no mistakes: a reload would " +
                 (outcome.changes.empty() ? "change nothing" : "make " + counted(outcome.changes.size(), "change"));
  return outcome;
}

void LiveConfig::set_level(Level level) {
  if (!line_.log_level) ruled_.level.configure(level);
}

CommandLineWins LiveConfig::wins() const { return {line_.log_level.has_value(), line_.plugin_path.has_value()}; }

std::string LiveConfig::shown_file() const { return base::printable(line_.config_file, longest_file_name); }

ConfigOutcome LiveConfig::refuse(std::vector<base::Problem> errors, std::vector<base::Problem> warnings) {
  const std::string file = shown_file();
  for (const auto& error : errors) spdlog::error("{}", to_string(file, error));
  ConfigOutcome outcome{.text = "the configuration " + file +
                                " is wrong, so nothing changes: the one from before goes on. Correct what the log "
                                "names, and reload again",
                        .errors = std::move(errors),
                        .warnings = std::move(warnings)};
  spdlog::error("{}", outcome.text);
  note(outcome);
  return outcome;
}

void LiveConfig::note(const ConfigOutcome& outcome) {
  last_read_ = {std::chrono::steady_clock::now(), outcome.is_right, outcome.text};
}

// --- One plugin by hand -----------------------------------------------------------------------------------------

bool LiveConfig::file_switches_on(std::string_view plugin) const { return on_in_file_.contains(plugin); }

LiveConfig::Names LiveConfig::switched_on(const Config& config) {
  Names names;
  for (const host::PluginConfig& plugin : config.plugins)
    if (plugin.enabled) names.insert(plugin.name);
  return names;
}

host::PluginConfig LiveConfig::plugin_switched_on(std::string_view name) const {
  const auto known = std::find_if(config_.plugins.begin(), config_.plugins.end(),
                                  [&](const host::PluginConfig& plugin) { return plugin.name == name; });
  host::PluginConfig plugin;
  if (known != config_.plugins.end()) plugin = *known;
  plugin.name = name;
  plugin.enabled = true;
  // The same for all plugins, and there are always some.
  if (!plugin.context && !config_.plugins.empty()) plugin.context = config_.plugins.front().context;
  return plugin;
}

bool LiveConfig::start_plugin(host::PluginConfig plugin, host::ApartChecks checks, std::vector<base::Problem>& errors) {
  auto step = ruled_.plugins.plan_one(folders(), plugin, checks, errors);
  if (!step) return false;
  plugin_of(config_, plugin.name) = plugin;
  return ruled_.plugins.start_one(*std::move(step));
}

bool LiveConfig::stop_plugin(std::string_view name) {
  if (!ruled_.plugins.stop_one(name)) return false;
  plugin_of(config_, name).enabled = false;
  return true;
}

// --- One server by hand -----------------------------------------------------------------------------------------

LiveConfig::Names LiveConfig::listed(const Config& config) {
  Names sections;
  for (const ServerSettings& server : config.servers) sections.insert(server.section);
  return sections;
}

std::vector<std::string> LiveConfig::dropped_servers() const {
  std::vector<std::string> dropped;
  for (const std::string& section : listed_)
    if (!has_server(section)) dropped.push_back(section);
  return dropped;
}

std::string LiveConfig::add_server(ServerSettings server, bool is_listed) {
  for (const ServerSettings& other : config_.servers)
    if (const auto port = shared_port(server, other))
      return "port " + std::to_string(*port) + " of " + server.addr + " is one of [" + other.section +
             "] already: each server is there once";
  raise_file_limit(config_.servers.size() + 1);
  if (is_listed) listed_.insert(server.section);
  else listed_.erase(server.section);
  add(server);
  config_.servers.push_back(std::move(server));
  return {};
}

bool LiveConfig::drop_server(std::string_view section) {
  if (!has_server(section)) return false;
  retire(section);
  std::erase_if(config_.servers, [&](const ServerSettings& server) { return server.section == section; });
  return true;
}

// --- What a configuration rules ---------------------------------------------------------------------------------

void LiveConfig::apply(const ConfigDiff& diff, host::PluginPlan plan, Config config) {
  config.control = config_.control;  // the socket stays as it was opened: see config_diff.cpp
  config.cluster = config_.cluster;  // so does the bus
  config.cluster_line = config_.cluster_line;
  config_ = std::move(config);
  ruled_.plugins.set_general(config_.request_timeout, config_.verbose_messages);
  ruled_.dispatcher.count_messages(config_.count_messages);
  ruled_.hangs.set_limit(config_.hang_limit);
  ruled_.end.set_limit(config_.stop_limit);
  apply_servers(diff);
  // Last, so that a plugin that starts sees the servers as they are from now on.
  ruled_.plugins.apply(std::move(plan));
}

void LiveConfig::apply_servers(const ConfigDiff& diff) {
  // Those that leave go first: a new one may be the same machine under another name.
  for (const ServerSettings& server : diff.retired) retire(server.section);
  for (const ChangedServer& server : diff.changed) {
    const ServerId id = ids_.at(server.now.section);
    ruled_.servers.change(id, server.now);
    ruled_.plugins.change_server(id, label_of(server.now));
  }
  if (!diff.added.empty()) raise_file_limit(config_.servers.size());
  for (const ServerSettings& server : diff.added) add(server);
}

/// So that the other plugins go on.
void LiveConfig::leave_out_crashed(Config& config) const {
  const auto file = crash_record_file();
  if (!file) return;
  for (const std::string& text : switch_off_crashed(config.plugins, folders_(config), *file)) spdlog::error("{}", text);
}

void LiveConfig::retire(std::string_view section) {
  const auto known = ids_.find(section);
  const ServerId id = known->second;
  ids_.erase(known);
  if (ruled_.plugins.servers()[id].held) held_.insert(std::string(section));
  ruled_.servers.retire(id);
  ruled_.plugins.retire_server(id);
}

void LiveConfig::add(const ServerSettings& server) {
  const ServerId id = ruled_.servers.add(server);
  ruled_.plugins.add_server(id, label_of(server));
  ids_.emplace(server.section, id);
  // Until somebody releases it: whoever works on it may have taken it out meanwhile.
  if (held_.erase(server.section) > 0) ruled_.plugins.hold_server(id, true);
}

}  // namespace amibroker::app
