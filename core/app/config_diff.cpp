// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_diff.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/app/config_values.hpp"
#include "core/base/change_text.hpp"
#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t longest_list = 200;

using Phrases = std::vector<std::string>;

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

void compare(Phrases& phrases, std::string_view key, std::string_view before, std::string_view now) {
  if (now != before) phrases.push_back(base::change_text(key, before, now));
}

void compare_lists(Phrases& phrases, std::string_view key, const std::vector<std::string>& before,
                   const std::vector<std::string>& now) {
  const auto shown = [](const std::vector<std::string>& items) {
    return items.empty() ? "empty" : base::printable(joined(items), longest_list);
  };
  if (now != before) phrases.push_back(std::string(key) + ": " + shown(now) + "; before: " + shown(before));
}

/// A value that the command line gives has no effect in the file.
void note(Phrases& phrases, std::size_t count_before, bool command_line_wins, std::string_view option) {
  if (!command_line_wins || phrases.size() == count_before) return;
  phrases.back() += "; this changes nothing as long as " + std::string(option) +
                    " is on the command line: restart "
                    "the broker without it";
}

Phrases general_changes(const Config& before, const Config& now, const CommandLineWins& wins) {
  Phrases phrases;
  const auto level = [](const Config& config) { return level_words[static_cast<std::size_t>(config.log_level)]; };
  const auto timeout = [](const Config& config) { return std::to_string(config.request_timeout.count()) + " ms"; };
  compare(phrases, "log_level", level(before), level(now));
  note(phrases, 0, wins.log_level, "--log-level");
  compare(phrases, "request_timeout", timeout(before), timeout(now));
  const auto seconds = [](std::chrono::seconds time) { return std::to_string(time.count()) + " s"; };
  compare(phrases, "hang_limit", seconds(before.hang_limit), seconds(now.hang_limit));
  compare(phrases, "stop_limit", seconds(before.stop_limit), seconds(now.stop_limit));
  compare(phrases, "count_messages", base::yes_or_no(before.count_messages), base::yes_or_no(now.count_messages));
  compare(phrases, "verbose_messages", base::yes_or_no(before.verbose_messages), base::yes_or_no(now.verbose_messages));
  if (now.http != before.http) phrases.push_back("[http] is different: that takes effect at the next start");
  if (now.cluster != before.cluster)
    phrases.push_back("[cluster] is different: that takes effect at the next start: systemctl restart");
  const std::size_t count = phrases.size();
  compare(phrases, "path of [plugins]", before.plugin_path, now.plugin_path);
  note(phrases, count, wins.plugin_path, "--plugins");
  return phrases;
}

/// The socket is open, with the rights of its start: a client that was let in stays.
Phrases control_changes(const ControlSettings& before, const ControlSettings& now) {
  Phrases phrases;
  const auto place = [](const ControlSettings& control) {
    if (!control.socket) return std::string("that of the service manager");
    return control.socket->empty() ? "none" : *control.socket;
  };
  const auto group = [](const std::string& name) { return name.empty() ? std::string("none") : name; };
  compare(phrases, "socket of [control]", place(before), place(now));
  compare(phrases, "look_group of [control]", group(before.look_group), group(now.look_group));
  compare(phrases, "change_group of [control]", group(before.change_group), group(now.change_group));
  for (std::string& phrase : phrases)
    phrase += "; this changes nothing before the broker starts again: systemctl restart";
  return phrases;
}

ChangedServer change_of(const ServerSettings& before, const ServerSettings& now) {
  ChangedServer change{.now = now, .what = link::changes_of_way(before, now)};
  change.reconnects = !change.what.empty();
  for (std::string& what : change.what) what += "; it is connected again";
  compare(change.what, "its name", before.name, now.name);
  compare_lists(change.what, "its zones", before.zones, now.zones);
  compare_lists(change.what, "its include", before.include, now.include);
  compare_lists(change.what, "its exclude", before.exclude, now.exclude);
  return change;
}

void compare_servers(const Config& before, const Config& now, ConfigDiff& diff) {
  std::map<std::string_view, const ServerSettings*> old;
  for (const ServerSettings& server : before.servers) old.emplace(server.section, &server);
  for (const ServerSettings& server : now.servers) {
    const auto same = old.find(server.section);
    if (same == old.end()) {
      diff.added.push_back(server);
      continue;
    }
    ChangedServer change = change_of(*same->second, server);
    if (!change.what.empty()) diff.changed.push_back(std::move(change));
    old.erase(same);
  }
  for (const ServerSettings& server : before.servers)
    if (old.contains(server.section)) diff.retired.push_back(server);
}

host::PluginKeys keys_of(host::PluginConfig plugin) {
  std::vector<base::Problem> none;
  return host::take_plugin_keys(plugin, none);
}

const host::OptionValues& options_of(const host::PluginCheck& check, const std::string& plugin) {
  static const host::OptionValues none;
  const auto found = check.options.find(plugin);
  return found == check.options.end() ? none : found->second;
}

std::string name_of(const ServerSettings& server) {
  return "server '" + base::printable(server.name, longest_name) + "' [" +
         base::printable(server.section, longest_name) + "]";
}

}  // namespace

std::vector<std::string> ConfigDiff::lines() const {
  std::vector<std::string> lines = general;
  for (const ServerSettings& server : retired)
    lines.push_back(name_of(server) + " is taken out: the others stop showing its states");
  for (const ChangedServer& server : changed)
    for (const std::string& what : server.what) lines.push_back(name_of(server.now) + ": " + what);
  for (const ServerSettings& server : added) lines.push_back(name_of(server) + " is new");
  return lines;
}

ConfigDiff difference(const Config& before, const Config& now, const CommandLineWins& wins) {
  ConfigDiff diff;
  diff.general = general_changes(before, now, wins);
  for (std::string& change : control_changes(before.control, now.control)) diff.general.push_back(std::move(change));
  compare_servers(before, now, diff);
  return diff;
}

std::vector<std::string> plugin_difference(const Config& before, const host::PluginCheck& check_before,
                                           const Config& now, const host::PluginCheck& check_now) {
  std::vector<std::string> lines;
  std::map<std::string_view, const host::PluginConfig*> old;
  for (const host::PluginConfig& plugin : before.plugins)
    if (plugin.enabled) old.emplace(plugin.name, &plugin);
  for (const host::PluginConfig& plugin : now.plugins) {
    if (!plugin.enabled) continue;
    const std::string head = "plugin " + plugin.name + ": ";
    const auto same = old.find(plugin.name);
    if (same == old.end()) {
      lines.push_back(head + "starts");
      continue;
    }
    for (const std::string& change :
         options_of(check_now, plugin.name).changes_from(options_of(check_before, plugin.name)))
      lines.push_back(head + change);
    for (const std::string& change : keys_of(plugin).changes_from(keys_of(*same->second)))
      lines.push_back(head + "its " + change);
    old.erase(same);
  }
  for (const host::PluginConfig& plugin : before.plugins)
    if (old.contains(plugin.name)) lines.push_back("plugin " + plugin.name + ": stops");
  return lines;
}

}  // namespace amibroker::app
