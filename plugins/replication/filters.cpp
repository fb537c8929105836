// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/filters.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

/// Every pattern that has not matched yet is tried, so that one of two that overlap does not look unused.
template <typename Globs>
bool matches_one(Globs& globs, const char* name) {
  bool matches = false;
  for (auto& glob : globs) {
    if ((matches && glob.settled) || fnmatch(glob.text.c_str(), name, FNM_NOESCAPE) != 0) continue;
    matches = glob.settled = true;
  }
  return matches;
}

}  // namespace

Filters::Filters(Host& host, Concerns concerns) : host_(host), concerns_(concerns) {
  everywhere_ = patterns_of(host.options().list("include"), host.options().list("exclude"));
  for (const ServerInfo& server : host.servers()) update(server);
  timer_ = host_.every(look_every, [this] { report_unused(); });
}

Filters::Patterns Filters::patterns_of(std::span<const std::string_view> include,
                                       std::span<const std::string_view> exclude) const {
  Patterns patterns;
  for (const std::string_view glob : include) patterns.include.push_back({std::string(glob)});
  for (const std::string_view glob : exclude) patterns.exclude.push_back({std::string(glob)});
  patterns.since = host_.now();
  return patterns;
}

bool Filters::update(const ServerInfo& server) {
  if (server.id >= servers_.size()) servers_.resize(server.id + std::size_t{1});
  Patterns patterns = patterns_of(server.include, server.exclude);
  Patterns& known = servers_[server.id];
  if (known.include == patterns.include && known.exclude == patterns.exclude) return false;
  known = std::move(patterns);
  return true;
}

void Filters::retire(ServerId server) {
  constexpr std::string_view all[] = {"*"};
  servers_.at(server) = patterns_of({}, all);
}

bool Filters::pass(ServerId server, std::string_view name) {
  Patterns& of_server = servers_[server];
  if (everywhere_.empty() && of_server.empty()) return true;
  name_.assign(name);
  everywhere_.heard = true;
  if (!everywhere_.pass(name_.c_str())) return false;
  of_server.heard = true;
  return of_server.pass(name_.c_str());
}

bool Filters::Patterns::pass(const char* name) {
  return (include.empty() || matches_one(include, name)) && !matches_one(exclude, name);
}

void Filters::report_unused() {
  report_unused(everywhere_, "the plugin's", [](std::string_view) noexcept { return true; });
  for (const ServerInfo& server : host_.servers())
    if (!server.retired) report_unused(servers_[server.id], server_label(host_, server.id) + ": its", concerns_);
}

void Filters::report_unused(Patterns& patterns, const std::string& whose, Concerns concerns) {
  if (!patterns.heard || host_.now() - patterns.since < unused_for) return;
  const auto report = [&](Globs& globs, const char* list, const char* what) {
    for (Glob& glob : globs) {
      if (std::exchange(glob.settled, true) || !concerns(glob.text)) continue;
      host_.log(Level::warning, whose + ' ' + list + " = " + std::string(for_log(glob.text)) + " matched no name " +
                                    what +
                                    "for a day: a typing mistake? A pattern is compared with the whole name, and "
                                    "upper and lower case differ. This is said once");
    }
  };
  report(patterns.include, "include", "");
  report(patterns.exclude, "exclude", patterns.include.empty() ? "" : "that its include lets pass ");
}

}  // namespace amibroker::replication
