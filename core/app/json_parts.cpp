// SPDX-License-Identifier: Apache-2.0
#include "core/app/json_parts.hpp"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include <string_view>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

using control::Json;

constexpr std::size_t longest_reason = 400;

Json counters_of(const link::ServerCounters& c) {
  return {{"events", c.events},
          {"lost_events", c.lost_events},
          {"actions", c.actions},
          {"replies", c.replies},
          {"timeouts", c.timeouts},
          {"late_replies", c.late_replies},
          {"lost_replies", c.lost_replies},
          {"stray_replies", c.stray_replies},
          {"bad_frames", c.bad_frames},
          {"connects", c.connects}};
}

Json loss_of(const link::Server& server) {
  const auto& loss = server.last_loss();
  if (!loss) return nullptr;
  return {{"at", time_text(loss->at)}, {"why", base::printable(loss->why, longest_reason)}};
}

Json latency_of(const link::Server& server) {
  const auto quantiles = server.requests().latency().quantiles();
  if (!quantiles) return nullptr;
  return {{"p50", seconds_of(quantiles->p50)}, {"p99", seconds_of(quantiles->p99)}};
}

std::string_view word_of(host::PluginLife::Condition condition) {
  using Condition = host::PluginLife::Condition;
  switch (condition) {
    case Condition::runs: return "runs";
    case Condition::waits: return "waits";
    case Condition::quarantine: return "quarantine";
    case Condition::off: return "off";
    case Condition::stopped: break;
  }
  return "stopped";
}

}  // namespace

std::string time_text(std::chrono::steady_clock::time_point then) {
  const auto ago = std::chrono::steady_clock::now() - then;
  const auto at = std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(ago));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(at)),
                     at.time_since_epoch().count() % 1000);
}

Json server_json(const link::Server& server, const ServerInfo& info) {
  const link::ServerConfig& config = server.config();
  Json zones = Json::array();
  for (const std::string_view zone : info.zones) zones.push_back(zone);
  return {{"id", server.id()},
          {"section", config.section},
          {"name", config.name},
          {"zones", std::move(zones)},
          {"transport", config.transport->name},
          {"address", config.addr},
          {"up", server.up()},
          {"since", time_text(server.since())},
          {"asterisk", info.asterisk_version},
          {"system_name", info.system_name},
          {"last_loss", loss_of(server)},
          {"window", server.requests().window()},
          {"in_flight", server.requests().under_way()},
          {"queued", server.requests().waiting()},
          {"latency_seconds", latency_of(server)},
          {"held", info.held}};
}

Json full_server_json(const link::Server& server, const ServerInfo& info) {
  Json json = server_json(server, info);
  json["counters"] = counters_of(server.counters());
  return json;
}

Json plugin_json(const host::PluginLife& plugin) {
  const auto all = plugin.statistics();
  Json counters = Json::object();
  for (const auto& [name, value] : plugin.counters().values()) counters[name] = value;
  const auto* const apart = plugin.apart();
  const pid_t process = apart != nullptr ? apart->process() : 0;
  return {{"name", plugin.name()},
          {"version", plugin.version()},
          {"state", word_of(plugin.condition())},
          {"isolated", apart != nullptr},
          {"process", process != 0 ? Json(process) : Json(nullptr)},
          {"calls", all.calls},
          {"faults", all.faults},
          {"busy_seconds", seconds_of(all.busy)},
          {"longest_seconds", seconds_of(all.longest)},
          {"counters", std::move(counters)}};
}

Json problems_json(const std::vector<base::Problem>& problems) {
  Json list = Json::array();
  for (const base::Problem& problem : problems) list.push_back({{"line", problem.line}, {"text", problem.text}});
  return list;
}

Json outcome_json(const ConfigOutcome& outcome, std::string_view result) {
  return {{"result", result},
          {"outcome", outcome.text},
          {"errors", problems_json(outcome.errors)},
          {"warnings", problems_json(outcome.warnings)},
          {"changes", outcome.changes}};
}

}  // namespace amibroker::app
