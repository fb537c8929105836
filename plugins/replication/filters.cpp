// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/filters.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace amibroker::replication {
namespace {

bool matches_one(const std::vector<std::string>& patterns, const char* name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fnmatch(pattern.c_str(), name, FNM_NOESCAPE) == 0; });
}

}  // namespace

Filters::Filters(const Host& host) {
  const auto& include = host.options().list("include");
  const auto& exclude = host.options().list("exclude");
  everywhere_ = {{include.begin(), include.end()}, {exclude.begin(), exclude.end()}};
  for (const ServerInfo& server : host.servers()) update(server);
}

bool Filters::update(const ServerInfo& server) {
  if (server.id >= servers_.size()) servers_.resize(server.id + std::size_t{1});
  Patterns patterns{{server.include.begin(), server.include.end()}, {server.exclude.begin(), server.exclude.end()}};
  if (servers_[server.id] == patterns) return false;
  servers_[server.id] = std::move(patterns);
  return true;
}

void Filters::retire(ServerId server) { servers_.at(server) = {{}, {"*"}}; }

bool Filters::pass(ServerId server, std::string_view name) {
  if (everywhere_.empty() && servers_[server].empty()) return true;
  name_.assign(name);
  return everywhere_.pass(name_.c_str()) && servers_[server].pass(name_.c_str());
}

bool Filters::Patterns::pass(const char* name) const {
  return (include.empty() || matches_one(include, name)) && !matches_one(exclude, name);
}

}  // namespace amibroker::replication
