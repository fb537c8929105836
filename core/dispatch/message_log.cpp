// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/message_log.hpp"

#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::dispatch {

void MessageLog::set_name(ServerId server, std::string name) {
  if (server >= servers_.size()) servers_.resize(server + std::size_t{1});
  servers_[server].name = std::move(name);
}

void MessageLog::add(ServerId server, std::string_view event) {
  auto& counts = servers_.at(server).counts;
  auto found = counts.find(event);
  if (found == counts.end()) {
    const std::string_view name = counts.size() < names_a_server ? event : "(other)";
    found = counts.try_emplace(std::string(name)).first;
  }
  ++found->second;
}

std::vector<std::string> MessageLog::report() {
  std::vector<std::string> lines;
  for (Server& server : servers_) {
    const auto counts = std::exchange(server.counts, {});
    if (counts.empty()) continue;
    std::vector<std::pair<std::uint64_t, std::string_view>> sorted;
    for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
    std::sort(sorted.rbegin(), sorted.rend());
    std::string line = "server '" + base::printable(server.name, 80) + "':";
    const char* separator = " ";
    for (const auto& [count, name] : sorted) {
      line += separator + std::to_string(count) + " " + base::printable(name, 80);
      separator = ", ";
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace amibroker::dispatch
