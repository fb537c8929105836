// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/app/commands.hpp"
#include "core/app/json_parts.hpp"
#include "core/bus/cluster.hpp"

namespace amibroker::app {
namespace {

using control::Arguments;
using control::Done;
using control::Failure;
using control::Json;
using Known = SiteDesk::Known;

constexpr double most_ahead_ms = 1000;  ///< a clock that is further off is worth a word
constexpr double several_questions = 2;

/// A number that a plugin told; 0 if it is none.
double number_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What to do, a line each, the same thing once.
class Advice {
 public:
  void add(std::string text) {
    if (said_.insert(text).second) lines_.push_back(std::move(text));
  }
  [[nodiscard]] Json take() { return std::move(lines_); }

 private:
  std::set<std::string> said_;
  Json lines_ = Json::array();
};

void advise_on_broker(const cluster::Cluster& cluster, const Known& known, Advice& advice) {
  if (!cluster.is_up())
    advice.add(
        "this broker is not connected to the bus: its own servers go on as before, and other sites stop showing their "
        "phones after " +
        std::to_string(cluster.info().lost_after.count()) +
        " s. See that nats-server runs where url in [cluster] says; the broker's log has the reason");
  if (known.plugins.empty() && known.failures.empty())
    advice.add("no plugin that distributes states runs, so other sites are told nothing: switch one on in [plugins]");
  for (const Json& plugin : known.plugins)
    if (cluster.is_up() && plugin.value("speaks", Json()) == false && plugin.value("other_speaks", Json()) == false)
      advice.add("plugin " + text_in(plugin, "plugin") +
                 ": nobody speaks for this site yet. It begins once the servers are read, or could not be reached for "
                 "some seconds");
}

std::string seconds_text(double ms) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f s", std::abs(ms) / 1000);
  return text;
}

void advise_on_site(const Json& site, Advice& advice) {
  const std::string name = "site " + text_in(site, "site"), state = text_in(site, "state");
  if (state == "lost")
    return advice.add(
        name +
        " is lost, so its phones are not shown here. On its machine, see whether its broker runs "
        "(zmq-ami-brokerctl status) and reaches the bus (zmq-ami-brokerctl cluster). If it was closed for "
        "good, it goes from this list after a day");
  if (state == "differs")
    advice.add(name + " is not taken in: its options of plugin " + text_in(site, "plugin") +
               " make other names or values than ours. Give both the same name_template, aggregate and custom");
  const double ahead = number_in(site, "clock_ahead_ms");
  if (std::abs(ahead) > most_ahead_ms)
    advice.add(
        "the clock of " + name + " is " + seconds_text(ahead) + (ahead > 0 ? " ahead of" : " behind") +
        " ours, so of two changes of a shared name the wrong one may count as the later. Set both clocks by NTP; "
        "timedatectl says whether that works");
  if (number_in(site, "unanswered") >= several_questions)
    advice.add(name +
               " is heard but answers no questions, so what is missed of it cannot be asked for. See the rights "
               "of both sites' users at the nats-server, as in docs/cluster.md");
}

/// Plugins know how long ago; people want to know when.
Json site_json(Json site, std::chrono::steady_clock::time_point at) {
  const std::chrono::duration<double> ago(number_in(site, "since_seconds"));
  site["since"] = time_text(at - std::chrono::duration_cast<std::chrono::steady_clock::duration>(ago));
  site.erase("since_seconds");
  return site;
}

Json answer_of(const cluster::Cluster& cluster, const Known& known) {
  Advice advice;
  advise_on_broker(cluster, known, advice);
  Json sites = Json::array(), plugins = Json::array();
  for (const Json& site : known.sites) {
    advise_on_site(site, advice);
    sites.push_back(site_json(site, known.at));
  }
  for (const Json& plugin : known.plugins)
    plugins.push_back({{"plugin", plugin.at("plugin")},
                       {"speaks", plugin.value("speaks", Json())},
                       {"other_speaks", plugin.value("other_speaks", Json())},
                       {"epoch", plugin.value("epoch", Json())}});
  Json answer{{"site", cluster.info().site},
              {"up", cluster.is_up()},
              {"lost_after_seconds", cluster.info().lost_after.count()},
              {"plugins", std::move(plugins)},
              {"sites", std::move(sites)},
              {"advice", advice.take()}};
  if (!known.failures.empty()) answer["failures"] = known.failures;
  return answer;
}

void cluster(const Commanded& commanded, const Done& done) {
  if (commanded.cluster == nullptr)
    return done(
        Failure{409, "no_cluster",
                "there is no [cluster] in the configuration, so this broker has no other sites: docs/cluster.md "
                "says how to join several"});
  commanded.sites->ask(
      [commanded, done](const std::shared_ptr<const Known>& known) { done(answer_of(*commanded.cluster, *known)); });
}

}  // namespace

void add_cluster_commands(control::Commands& commands, const Commanded& commanded) {
  commands.add({"cluster",
                control::Level::look,
                "the other sites: whether they are there, how far away, what they bring, and what to do",
                {},
                [commanded](const Arguments&, const Done& done) { cluster(commanded, done); }});
}

}  // namespace amibroker::app
