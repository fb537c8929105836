// SPDX-License-Identifier: Apache-2.0
#include "core/app/config.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "core/app/config_cluster.hpp"
#include "core/app/config_http.hpp"
#include "core/app/config_plugins.hpp"
#include "core/app/config_schema.hpp"
#include "core/app/config_servers.hpp"
#include "core/app/config_values.hpp"
#include "core/app/ini_reader.hpp"
#include "core/base/values.hpp"

namespace amibroker::app {
namespace {

std::string system_text(int error) { return std::generic_category().message(error); }

LoadedConfig failed(std::string text) {
  LoadedConfig result;
  result.errors.push_back({0, std::move(text)});
  return result;
}

/// At most one byte more than a configuration may have. `error` becomes a text if the file cannot be read.
std::string read_file(const std::string& path, std::string& error) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rbe"), close);
  if (!file) {
    error = "cannot be opened: " + system_text(errno);
    return {};
  }
  std::string text(max_config_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) error = "cannot be read: " + system_text(errno);
  return text;
}

/// In the order of the lines, and no more than somebody reads. `what` they are, as a message calls them.
std::vector<base::Problem> sorted_and_cut(std::vector<base::Problem> list, std::string_view what) {
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  if (list.size() > base::max_errors) {
    const std::size_t more = list.size() - base::max_errors;
    list.resize(base::max_errors);
    list.push_back({0, "and " + std::to_string(more) + " more " + std::string(what)});
  }
  return list;
}

/// A secret in a file that everybody may read is not secret.
void warn_of_open_secret(const std::string& path, LoadedConfig& loaded) {
  if (loaded.secret_line == 0) return;
  std::error_code error;
  const auto mode = std::filesystem::status(path, error).permissions();
  if (error || (mode & std::filesystem::perms::others_read) == std::filesystem::perms::none) return;
  loaded.warnings.push_back({loaded.secret_line,
                             "this secret is in a file that everybody on this machine may read: "
                             "chmod o-r it, or use secret_file"});
  loaded.warnings = sorted_and_cut(std::move(loaded.warnings), "warnings");
}

/// Why this text cannot be a configuration; empty: it can.
std::string fault_of_form(std::string_view text) {
  if (text.size() > max_config_bytes)
    return "longer than " + std::to_string(max_config_bytes) + " bytes: this is not a configuration";
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return "is in UTF-16: save it as UTF-8";
  return {};
}

/// What holds for keys that a file does not have: as in the sample of the original broker.
Config defaults() {
  Config config;
  config.plugins = {{"device_state", true, 0, {}}, {"presence_state", false, 0, {}}};
  return config;
}

/// Options of plugins may name servers, and files.
void set_option_context(Config& config, const std::string& folder) {
  const auto context = std::make_shared<host::OptionContext>();
  for (const ServerSettings& server : config.servers) context->servers.push_back(server.section);
  context->folder = folder;
  for (host::PluginConfig& plugin : config.plugins) plugin.context = context;
}

}  // namespace

LoadedConfig parse_config(std::string_view text, const std::string& folder) {
  if (std::string fault = fault_of_form(text); !fault.empty()) return failed(std::move(fault));

  LoadedConfig result;
  result.config = defaults();
  base::Findings findings(folder);
  const std::vector<base::Section> sections = read_ini(text, findings.errors);
  for (const base::Section& section : sections)
    if (section.name == "general") base::read_keys(section, general_keys(), result.config, findings);
    else if (section.name == "control") base::read_keys(section, control_keys(), result.config.control, findings);
  read_http(sections, result.config, findings);
  read_servers(sections, result.config, findings);
  read_plugins(sections, result.config, findings);
  read_cluster(sections, result.config, findings);
  set_option_context(result.config, folder);
  std::string& plugins = result.config.plugin_path;
  if (!plugins.empty()) plugins = base::path_in(folder, plugins);
  result.secret_line = findings.secret_line;

  result.errors = sorted_and_cut(std::move(findings.errors), "errors");
  result.warnings = sorted_and_cut(std::move(findings.warnings), "warnings");
  return result;
}

LoadedConfig load_config(const std::string& path) {
  std::string error;
  const std::string text = read_file(path, error);
  if (!error.empty()) return failed(std::move(error));
  LoadedConfig result = parse_config(text, std::filesystem::path(path).parent_path().string());
  warn_of_open_secret(path, result);
  return result;
}

LoadedServer parse_server(std::string_view text, const std::string& folder, std::string_view section) {
  LoadedServer result;
  if (std::string fault = fault_of_form(text); !fault.empty()) {
    result.errors.push_back({0, std::move(fault)});
    return result;
  }
  base::Findings findings(folder);
  const std::vector<base::Section> sections = read_ini(text, findings.errors);
  read_one_server(sections, section, result, findings);
  result.errors = sorted_and_cut(std::move(findings.errors), "errors");
  if (!result.errors.empty()) result.server.reset();
  return result;
}

LoadedServer load_server(const std::string& path, std::string_view section) {
  std::string error;
  const std::string text = read_file(path, error);
  if (error.empty()) return parse_server(text, std::filesystem::path(path).parent_path().string(), section);
  LoadedServer result;
  result.errors.push_back({0, std::move(error)});
  return result;
}

std::string to_string(std::string_view file, const base::Problem& error) {
  const std::string line = error.line > 0 ? std::to_string(error.line) + ":" : std::string();
  return std::string(file) + ":" + line + " " + error.text;
}

}  // namespace amibroker::app
