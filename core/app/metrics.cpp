// SPDX-License-Identifier: Apache-2.0
#include "core/app/metrics.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace amibroker::app {
namespace {

using control::Family;
using control::Sample;
using Type = Family::Type;

double seconds(std::chrono::nanoseconds length) { return std::chrono::duration<double>(length).count(); }

double figure(std::uint64_t value) { return static_cast<double>(value); }

void add_daemon(const Logging& log, std::vector<Family>& families) {
  families.push_back({"amibroker_build_info",
                      Type::gauge,
                      "Always 1; the version is in the label.",
                      {{{{"version", AMIBROKER_VERSION}}, 1.0}}});
  families.push_back({"amibroker_log_lines_lost_total",
                      Type::counter,
                      "Lines of the log that were lost, for stderr took them too slowly.",
                      {{{}, figure(log.lost_lines())}}});
}

// --- Servers --------------------------------------------------------------------------------------------------

/// One figure that each server has.
struct ServerFigure {
  std::string_view name;
  Type type;
  std::string_view help;
  double (*read)(const link::Server& server);
};

constexpr ServerFigure server_figures[] = {
    {"amibroker_server_up", Type::gauge, "Whether the server is up: 1, or 0.",
     [](const link::Server& s) { return s.up() ? 1.0 : 0.0; }},
    {"amibroker_events_total", Type::counter, "Events that the server sent.",
     [](const link::Server& s) { return figure(s.counters().events); }},
    {"amibroker_events_lost_total", Type::counter, "Events that are missing by their numbers.",
     [](const link::Server& s) { return figure(s.counters().lost_events); }},
    {"amibroker_bad_messages_total", Type::counter, "Messages that could not be read.",
     [](const link::Server& s) { return figure(s.counters().bad_frames); }},
    {"amibroker_connects_total", Type::counter, "Times that the server came up.",
     [](const link::Server& s) { return figure(s.counters().connects); }},
    {"amibroker_actions_total", Type::counter, "Actions that were sent, Pings included.",
     [](const link::Server& s) { return figure(s.counters().actions); }},
    {"amibroker_action_timeouts_total", Type::counter, "Actions without an answer in time.",
     [](const link::Server& s) { return figure(s.counters().timeouts); }},
    {"amibroker_actions_in_flight", Type::gauge, "Actions that were sent and have no answer yet.",
     [](const link::Server& s) { return figure(s.requests().under_way()); }},
    {"amibroker_actions_queued", Type::gauge, "Actions that wait for their turn.",
     [](const link::Server& s) { return figure(s.requests().waiting()); }},
    {"amibroker_actions_window", Type::gauge, "Most actions that may be in flight on this connection.",
     [](const link::Server& s) { return figure(s.requests().window()); }},
};

struct ReplyKind {
  std::string_view name;
  std::uint64_t link::ServerCounters::*counter;
};

constexpr ReplyKind reply_kinds[] = {
    {"answered", &link::ServerCounters::replies},
    {"late", &link::ServerCounters::late_replies},
    {"lost", &link::ServerCounters::lost_replies},
    {"stray", &link::ServerCounters::stray_replies},
};

template <typename Visit>
void visit_servers(const link::Servers& servers, Visit&& visit) {
  for (ServerId id = 0; id < servers.size(); ++id)
    if (const link::Server& server = servers.at(id); !server.stopped()) visit(server);  // the others are retired
}

void add_servers(const link::Servers& servers, std::vector<Family>& families) {
  for (const ServerFigure& row : server_figures) {
    Family family{row.name, row.type, row.help};
    visit_servers(servers, [&](const link::Server& server) {
      family.samples.push_back({{{"server", server.config().section}}, row.read(server)});
    });
    families.push_back(std::move(family));
  }
  Family replies{
      "amibroker_replies_total", Type::counter,
      "Answers by kind: to an action in time, to one whose time was over, to none (stray); or one that never "
      "came although later ones did (lost)."};
  Family durations{"amibroker_action_duration_seconds", Type::histogram,
                   "From the sending of an action to its answer, of those that came in time."};
  visit_servers(servers, [&](const link::Server& server) {
    const std::string& section = server.config().section;
    for (const auto& [name, counter] : reply_kinds)
      replies.samples.push_back(
          {{{"server", section}, {"kind", std::string(name)}}, figure(server.counters().*counter)});
    durations.samples.push_back({{{"server", section}}, server.requests().durations()});
  });
  families.push_back(std::move(replies));
  families.push_back(std::move(durations));
}

// --- Plugins --------------------------------------------------------------------------------------------------

void add_plugins(const host::PluginHost& plugins, std::vector<Family>& families) {
  Family up{"amibroker_plugin_up", Type::gauge, "Whether the plugin runs: 1, or 0."};
  Family calls{"amibroker_plugin_calls_total", Type::counter, "Calls of the plugin."};
  Family faults{"amibroker_plugin_faults_total", Type::counter, "Calls that threw."};
  Family busy{"amibroker_plugin_busy_seconds_total", Type::counter, "Time of the event loop that the plugin took."};
  Family counters{"amibroker_plugin_counter_total", Type::counter, "What the plugin itself counts."};
  for (const auto& plugin : plugins.plugins()) {
    const std::string name(plugin->name());
    if (!plugin->wanted() && !plugin->running()) continue;  // switched off meanwhile
    const auto statistics = plugin->statistics();
    up.samples.push_back({{{"plugin", name}}, plugin->running() ? 1.0 : 0.0});
    calls.samples.push_back({{{"plugin", name}}, figure(statistics.calls)});
    faults.samples.push_back({{{"plugin", name}}, figure(statistics.faults)});
    busy.samples.push_back({{{"plugin", name}}, seconds(statistics.busy)});
    for (const auto& [counter, value] : plugin->counters().values())
      counters.samples.push_back({{{"plugin", name}, {"counter", counter}}, figure(value)});
  }
  for (Family* const family : {&up, &calls, &faults, &busy, &counters}) families.push_back(std::move(*family));
}

}  // namespace

void collect_core(const link::Servers& servers, const host::PluginHost& plugins, const Logging& log,
                  std::vector<Family>& families) {
  add_daemon(log, families);
  add_servers(servers, families);
  add_plugins(plugins, families);
}

void collect_loop(const base::EventLoop& loop, std::vector<Family>& families) {
  families.push_back({"amibroker_loop_round_seconds",
                      Type::histogram,
                      "Rounds of the event loop, from waking up to the end: what comes meanwhile waits for so long.",
                      {{{}, loop.rounds()}}});
}

void collect_config(const LiveConfig::LastRead& last, std::vector<Family>& families) {
  const auto ago = std::chrono::steady_clock::now() - last.at;
  const double at = seconds(std::chrono::system_clock::now().time_since_epoch() - ago);
  families.push_back({"amibroker_config_last_read_successful",
                      Type::gauge,
                      "Whether the configuration that was read last is in force: 1; or was refused: 0.",
                      {{{}, last.is_in_force ? 1.0 : 0.0}}});
  families.push_back({"amibroker_config_last_read_timestamp_seconds",
                      Type::gauge,
                      "When the configuration was read last, in seconds since 1970.",
                      {{{}, at}}});
}

void collect_lamps(BoardFeed& board, std::vector<Family>& families) {
  const auto* const counts = board.counts();
  if (counts == nullptr) return;
  Family lamps{"amibroker_lamps", Type::gauge, "Lamps on servers by how they stand."};
  for (const auto& [state, number] : {std::pair("right", counts->right), std::pair("in_flight", counts->in_flight),
                                      std::pair("waiting", counts->waiting), std::pair("refused", counts->refused),
                                      std::pair("held", counts->held), std::pair("down", counts->down)})
    lamps.samples.push_back({{{"state", state}}, figure(number)});
  Family delays{"amibroker_lamp_delay_seconds", Type::histogram,
                "From the event that tells of a change to the answer of each server that shows it."};
  for (const auto& [plugin, delay] : board.delays()) delays.samples.push_back({{{"plugin", plugin}}, delay});
  families.push_back(std::move(lamps));
  families.push_back(std::move(delays));
}

void collect_cluster(const cluster::Cluster* cluster, std::vector<Family>& families) {
  if (cluster == nullptr) return;
  const auto& figures = cluster->figures();
  families.push_back({"amibroker_cluster_up",
                      Type::gauge,
                      "Whether this broker is connected to the bus between sites: 1, or 0.",
                      {{{}, cluster->is_up() ? 1.0 : 0.0}}});
  const auto add = [&](std::string_view name, std::string_view help, const std::atomic<std::uint64_t>& value) {
    families.push_back({name, Type::counter, help, {{{}, figure(value)}}});
  };
  add("amibroker_cluster_connects_total", "Times that this broker was connected to the bus.", figures.connects);
  add("amibroker_cluster_refused_total", "Times that the engine of the bus did not let this broker do something.",
      figures.refused);
  add("amibroker_cluster_unanswered_total", "Questions to other sites that had no answer in time.", figures.unanswered);
  const auto add_both = [&](std::string_view name, std::string_view help, const std::atomic<std::uint64_t>& in,
                            const std::atomic<std::uint64_t>& out) {
    families.push_back(
        {name, Type::counter, help, {{{{"direction", "in"}}, figure(in)}, {{{"direction", "out"}}, figure(out)}}});
  };
  add_both("amibroker_cluster_messages_total", "Messages of the bus that were taken and sent.", figures.messages_in,
           figures.messages_out);
  add_both("amibroker_cluster_bytes_total", "Bytes of these messages.", figures.bytes_in, figures.bytes_out);
  Family dropped{"amibroker_cluster_dropped_total", Type::counter, "Messages of the bus that were dropped, by reason."};
  for (std::size_t i = 0; i < cluster::drop_names.size(); ++i)
    dropped.samples.push_back({{{"reason", std::string(cluster::drop_names[i])}}, figure(figures.dropped[i])});
  families.push_back(std::move(dropped));
}

namespace {

/// What was collected last, as text once somebody wanted it. The loop makes it, the thread of the control socket
/// writes.
class Collected {
 public:
  explicit Collected(std::vector<Family> families) : families_(std::move(families)) {}

  /// Thread of the control socket.
  const std::string& text() {
    if (!text_.empty()) return text_;
    control::collect_process(families_);
    text_ = control::metrics_text(families_);
    families_.clear();
    return text_;
  }

 private:
  std::vector<Family> families_;
  std::string text_;
};

}  // namespace

void add_metrics(control::Site& site, std::vector<control::Collect> sources, const base::EventLoop& loop,
                 std::chrono::milliseconds age) {
  struct Last {
    std::chrono::steady_clock::time_point at{};
    std::shared_ptr<Collected> collected{};
  };
  const auto last = std::make_shared<Last>();
  site.pages.add(
      {"metrics",
       control::Level::look,
       "figures for Prometheus",
       {},
       [sources = std::move(sources), last, &loop, age](const control::Arguments&, const control::Done& done) {
         if (last->collected == nullptr || loop.now() - last->at >= age) {
           std::vector<Family> families;
           for (const control::Collect& source : sources) source(families);
           *last = {loop.now(), std::make_shared<Collected>(std::move(families))};
         }
         done(control::Text{200, control::metrics_type, [collected = last->collected] { return collected->text(); }});
       }});
}

}  // namespace amibroker::app
