// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/config_values.hpp"
#include "core/app/json_parts.hpp"
#include "core/app/report.hpp"
#include "core/base/nearest.hpp"
#include "core/base/text.hpp"
#include "core/bus/cluster.hpp"

namespace amibroker::app {
namespace {

using control::Answer;
using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using control::Level;
using Type = control::ArgumentSpec::Type;

constexpr std::string_view configured_word = "configured";
constexpr std::chrono::seconds usual_length{600};
constexpr std::chrono::seconds longest_length{86'400};

// --- status ---------------------------------------------------------------------------------------------------

/// What is wrong, a text each, while it is counted.
struct Counts {
  std::size_t up = 0, down = 0;
  std::size_t running = 0, waiting = 0, off = 0;
  Json reasons = Json::array();
};

void count_servers(const Commanded& commanded, Counts& counts) {
  for (const std::string& section : commanded.config.dropped_servers())
    counts.reasons.push_back("server " + section + " was dropped by hand; server-add or a reload brings it back");
  each_server(commanded.servers, [&](const link::Server& server) {
    ++(server.up() ? counts.up : counts.down);
    if (commanded.plugins.servers()[server.id()].held)
      counts.reasons.push_back("server " + server.config().section +
                               " is held for maintenance: nothing is written there");
    if (server.up()) return;
    std::string reason =
        "server " + server.config().section + " is down for " + length_text(commanded.loop.now() - server.since());
    if (const auto& loss = server.last_loss()) reason += ": " + loss->why;
    counts.reasons.push_back(std::move(reason));
  });
}

void count_plugins(const Commanded& commanded, Counts& counts) {
  using Condition = host::PluginLife::Condition;
  for (const auto& plugin : commanded.plugins.plugins()) {
    const std::string name(plugin->name());
    const Condition condition = plugin->condition();
    if (condition == Condition::stopped) {
      if (commanded.config.file_switches_on(name))
        counts.reasons.push_back("plugin " + name + " is stopped by hand; plugin-enable or a reload starts it again");
      continue;
    }
    if (condition == Condition::runs) ++counts.running;
    else ++(condition == Condition::off ? counts.off : counts.waiting);
    if (condition != Condition::runs) counts.reasons.push_back("plugin " + name + " " + plugin->state());
  }
}

Json config_json(const LiveConfig& config) {
  const LiveConfig::LastRead& last = config.last_read();
  return {{"file", config.file()},
          {"read", time_text(last.at)},
          {"result", last.is_in_force ? "in force" : "refused"},
          {"text", last.text}};
}

/// Null until the plugins have said it.
Json lamps_json(const BoardFeed::Counts* counts) {
  if (counts == nullptr) return nullptr;
  return {{"right", counts->right},     {"in_flight", counts->in_flight}, {"waiting", counts->waiting},
          {"refused", counts->refused}, {"held", counts->held},           {"down", counts->down}};
}

Answer status(const Commanded& commanded, std::chrono::steady_clock::time_point started) {
  Counts counts;
  count_servers(commanded, counts);
  count_plugins(commanded, counts);
  if (commanded.cluster != nullptr && !commanded.cluster->is_up())
    counts.reasons.push_back("the bus between the sites is not there: each site goes on by itself");
  if (!commanded.config.last_read().is_in_force) counts.reasons.push_back(commanded.config.last_read().text);
  const bool is_failed = counts.up == 0 || counts.running == 0;
  const char* const health = is_failed ? "failed" : counts.reasons.empty() ? "well" : "degraded";
  return Json{{"version", AMIBROKER_VERSION},
              {"started", time_text(started)},
              {"uptime_seconds", seconds_of(commanded.loop.now() - started)},
              {"config", config_json(commanded.config)},
              {"health", health},
              {"reasons", std::move(counts.reasons)},
              {"servers", {{"up", counts.up}, {"down", counts.down}}},
              {"plugins", {{"running", counts.running}, {"waiting", counts.waiting}, {"off", counts.off}}},
              {"site", commanded.cluster == nullptr ? Json(nullptr) : Json(commanded.cluster->info().site)},
              {"lamps", lamps_json(commanded.board.counts())}};
}

// --- The configuration ----------------------------------------------------------------------------------------

void check(const Commanded& commanded, const Done& done) {
  commanded.check.ask([&config = commanded.config, done](const CheckedConfig& checked) {
    const ConfigOutcome outcome = config.compare(checked);
    done(outcome_json(outcome, outcome.is_right ? "right" : "wrong"));
  });
}

void reload(const Commanded& commanded, bool only_checks, const Done& done) {
  if (only_checks) return check(commanded, done);
  commanded.reload.ask(
      [done](const ConfigOutcome& outcome) { done(outcome_json(outcome, outcome.is_right ? "in force" : "refused")); });
}

// --- log-level ------------------------------------------------------------------------------------------------

Json level_json(const LogLevel& level, std::string outcome) {
  const auto word = [](amibroker::Level one) { return level_words[static_cast<std::size_t>(one)]; };
  const auto until = level.until();
  return {{"outcome", std::move(outcome)},
          {"level", word(level.in_force())},
          {"configured", word(level.configured())},
          {"until", until ? Json(time_text(*until)) : Json(nullptr)}};
}

Failure wrong_level(const std::string& word) {
  const std::string_view known[] = {level_words[0], level_words[1], level_words[2], level_words[3], configured_word};
  return {400, "bad_argument",
          "there is no log level " + base::in_quotes(word) + base::did_you_mean(base::lower(word), known) +
              ": write debug, info, warning, error, or configured for what the configuration says"};
}

Answer set_level(LogLevel& level, const Arguments& arguments) {
  const std::string word = *arguments.text("level");
  if (base::lower(word) == configured_word) {
    level.take_back();
    return level_json(level, "the log level is what the configuration says");
  }
  const auto wanted = parse_level(word);
  if (!wanted) return wrong_level(word);
  const auto length = length_argument(arguments, usual_length, longest_length);
  if (const auto* const wrong = std::get_if<Failure>(&length)) return *wrong;
  const auto seconds = std::get<std::chrono::seconds>(length);
  level.lend(*wanted, seconds);
  return level_json(level, "the log level is " + base::lower(word) + " for " + length_text(seconds) +
                               ", then again what the configuration says by then");
}

}  // namespace

void add_daemon_commands(control::Commands& commands, const Commanded& commanded) {
  add_look(commands, "status", "whether all is well, and if not, why",
           [=, started = commanded.loop.now()] { return status(commanded, started); });
  commands.add(
      {"reload",
       Level::change,
       "reads the configuration again, as systemctl reload does",
       {{"check", Type::flag, false, "only say what is wrong with it, and what it would change"}},
       [=](const Arguments& arguments, const Done& done) { reload(commanded, arguments.flag("check"), done); }});
  commands.add({"diff",
                Level::look,
                "what a reload would change, and the mistakes of the file",
                {},
                [=](const Arguments&, const Done& done) { check(commanded, done); }});
  commands.add({"log-level",
                Level::change,
                "logs more or less for a while",
                {{"level", Type::text, true, "debug, info, warning or error; configured ends it before its time"},
                 {"for", Type::text, false, "how long, such as 90, 90s, 10m or 2h (default: 10m)"}},
                [=](const Arguments& arguments, const Done& done) { done(set_level(commanded.level, arguments)); }});
}

}  // namespace amibroker::app
