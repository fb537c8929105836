// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_report.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/bus/engine_library.hpp"
#include "core/host/isolated_check.hpp"
#include "core/host/plugin_warnings.hpp"

namespace amibroker::app {
namespace {

/// The lines of both lists in their order. A list that was cut ends with how much is missing, and takes no more.
void merge(std::vector<base::Problem>& all, std::vector<base::Problem> more) {
  if (all.size() > base::max_errors) return;
  std::move(more.begin(), more.end(), std::back_inserter(all));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
}

nlohmann::json list_of(const std::vector<base::Problem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const base::Problem& problem : problems) list.push_back({{"line", problem.line}, {"text", problem.text}});
  return list;
}

}  // namespace

std::vector<std::string> check_plugins_too(LoadedConfig& loaded, const std::string& program,
                                           const host::PluginFolders& folders) {
  merge(loaded.warnings, host::plugin_warnings(folders, loaded.config.plugins));
  host::PluginCheck check = host::check_plugins_apart(program, folders, loaded.config.plugins);
  merge(loaded.errors, std::move(check.errors));
  if (loaded.config.cluster)
    if (std::string why = cluster::why_no_engine(cluster::engine_file()); !why.empty())
      merge(loaded.errors, {{loaded.config.cluster_line, std::move(why)}});
  return std::move(check.examples);
}

std::string to_json(std::string_view file, const LoadedConfig& loaded) {
  const nlohmann::json object = {
      {"file", file}, {"errors", list_of(loaded.errors)}, {"warnings", list_of(loaded.warnings)}};
  // A file's name, and what a file holds, may be no UTF-8.
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace amibroker::app
