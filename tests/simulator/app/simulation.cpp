// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/simulation.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "tests/simulator/app/broker_config.hpp"
#include "tests/simulator/app/injected_events.hpp"

namespace amibroker::sim::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto kCutPeriod = 20ms;  // how exactly a healing is seen
constexpr auto kConnectDeadline = 15s;
constexpr auto kStopDeadline = 10s;
constexpr auto kAnnounceAfter = 2s;  // as both modules do
constexpr std::size_t kShownDisagreements = 20;

std::string system_name(std::size_t server) { return "sim" + std::to_string(server + 1); }

std::vector<CallEvents> call_events(const Options& options) {
  std::vector<CallEvents> events;
  for (std::size_t i = 0; options.calls && i < options.servers; ++i) events.emplace_back(system_name(i));
  return events;
}

std::vector<ServerOptions> server_options(const Options& options) {
  std::vector<ServerOptions> servers(options.servers);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    auto& server = servers[i];
    server.asterisk = {.system_name = system_name(i), .extension_status = true};
    server.module = options.module;
    server.announce_after = kAnnounceAfter;
    server.keep_history = false;
    const bool native = options.wires == Wires::ami || (options.wires == Wires::mixed && i % 2 == 1);
    server.transport = native ? Transport::ami : Transport::zmq;
    if (!options.base_port) continue;
    server.command_port = static_cast<std::uint16_t>(*options.base_port + 2 * i);
    server.event_port = static_cast<std::uint16_t>(server.command_port + 1);
    server.ami.port = server.command_port;
  }
  return servers;
}

ServerAccess access_to(const ServerOptions& server, std::uint16_t command, std::uint16_t event, std::uint16_t ami) {
  if (server.transport == Transport::zmq) return {.command = command, .event = event};
  return {.ami = ami, .username = server.ami.username, .secret = server.ami.secret};
}

// Where people find it.
std::string listens_on(const Server& server) {
  if (server.transport() == Transport::ami) return "native AMI 127.0.0.1:" + std::to_string(server.ami_port());
  return "commands 127.0.0.1:" + std::to_string(server.command_port()) +
         ", events 127.0.0.1:" + std::to_string(server.event_port());
}

milliseconds since(Clock::time_point start) { return std::chrono::duration_cast<milliseconds>(Clock::now() - start); }

std::vector<std::size_t> site_of_each(const Options& options) {
  const SiteMap sites(options.servers, options.sites);
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < options.servers; ++i) result.push_back(sites.of(i));
  return result;
}

std::string times_text(const std::string& what, const LatencyTimes& times) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << "event to lamp" << what << ": median " << times.median.count()
       << " ms, 99th percentile " << times.p99.count() << " ms, measured " << times.measured << " times";
  return text.str();
}

std::string result_text(const LatencyFigures& figures, bool agree) {
  auto text = std::to_string(figures.changes) + " changes, " + std::to_string(figures.writes) + " writes";
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + what;
  };
  // Where all agree, what was never written cannot have been missing.
  add(figures.replaced + (agree ? figures.open : 0), " times a newer state replaced one that was not written yet");
  add(agree ? 0 : figures.open, " never written");
  add(figures.unasked, " of them without a change that asked for it");
  add(figures.left_out, " times a lamp waited for the end of the cut, which no figure below has");
  return text;
}

}  // namespace

std::string config_for(const Options& options) {
  std::vector<ServerAccess> servers;
  for (const auto& server : server_options(options)) {
    servers.push_back(access_to(server, server.command_port, server.event_port, server.ami.port));
  }
  return broker_config(servers, options.plugins, options.enabled, options.web);
}

Simulation::Simulation(const Options& options)
    : options_(options),
      injected_(options.inject.empty() ? std::vector<Fields>{} : read_injected(options.inject)),
      phones_(number_phones(options.servers, options.phones)),
      sites_(options.servers, options.sites),
      meter_(site_of_each(options)),
      journal_(options.log, meter_),
      fleet_(server_options(options), &journal_) {
  if (!options_.broker.empty()) start_brokers();
}

void Simulation::start_brokers() {
  if (sites_.size() == 1) return brokers_.start(options_.broker, config(0, std::nullopt));
  brokers_.start_engine(options_.engine);
  auto& engine = *brokers_.engine();
  const auto last = sites_.size() - 1;
  for (std::size_t site = 0; site <= last; ++site) {
    brokers_.start(options_.broker, config(site, options_.cut && site == last ? engine.url_by_way() : engine.url()));
  }
  if (options_.cut) cut_.emplace(Cut::Parts{engine.way(), meter_, last, options_.duration}, Agreement(fleet_, phones_));
}

/// `url`: of the engine, if there is one.
std::string Simulation::config(std::size_t site, const std::optional<std::string>& url) const {
  std::vector<ServerAccess> servers;
  const auto options = server_options(options_);
  for (std::size_t i = sites_.first(site); i < sites_.first(site + 1); ++i) {
    const auto& server = fleet_.servers()[i];
    servers.push_back(access_to(options[i], server.command_port(), server.event_port(), server.ami_port()));
  }
  std::optional<std::uint16_t> web;
  if (options_.web) web = static_cast<std::uint16_t>(*options_.web + site);
  std::optional<SiteAccess> access;
  if (url) access = {.name = site_name(site), .url = *url, .first_server = sites_.first(site)};
  return broker_config(servers, options_.plugins, options_.enabled, web, access);
}

ExitCode Simulation::run() {
  const ExitCode code = play();
  if (!options_.broker_log.empty()) brokers_.copy_logs(options_.broker_log);
  return code;
}

ExitCode Simulation::play() {
  switch (wait_for_broker()) {
    case Connection::missing: return explain_missing_broker();
    case Connection::interrupted:
      display_.line("asterisk-sim: interrupted before the broker had connected");
      return ExitCode::no_broker;
    case Connection::made: break;
  }
  auto disagreements = register_phones();
  if (disagreements.empty()) {
    inject();
    make_calls();
    disagreements = wait_for_agreement();
  }
  return conclude(disagreements);
}

Simulation::Connection Simulation::wait_for_broker() {
  const auto start = Clock::now();
  std::string shown;
  while (since(start) < kConnectDeadline) {
    std::size_t connected = 0;
    for (const auto& server : fleet_.servers()) connected += server.has_broker() ? 1 : 0;
    auto text = "waiting for the broker: connected to " + std::to_string(connected) + " of " +
                std::to_string(fleet_.size()) + " servers";
    if (text != shown) display_.progress(shown = std::move(text));
    if (connected == fleet_.size()) {
      display_.line("the broker is connected to all " + std::to_string(connected) + " servers");
      return Connection::made;
    }
    if (broker_ended()) return Connection::missing;
    if (fleet_.wait_for_broker(Clock::now() + 100ms)) continue;
    if (interrupts_.wait(0ms)) return Connection::interrupted;
  }
  return Connection::missing;
}

ExitCode Simulation::explain_missing_broker() {
  if (broker_ended()) return report_end_of_broker();
  display_.line("asterisk-sim: the broker did not connect within 15 s to:");
  for (const auto& server : fleet_.servers()) {
    if (server.has_broker()) continue;
    display_.line("  server " + std::to_string(server.index() + 1) + ": " + listens_on(server));
  }
  if (!brokers_.empty()) {
    display_.line(brokers_.last_words());
  } else {
    display_.line("Is a broker running with the config of `asterisk-sim --print-config` and the same options?");
  }
  return ExitCode::no_broker;
}

ExitCode Simulation::report_end_of_broker() {
  display_.line("asterisk-sim: " + brokers_.ended().value_or("a broker ended"));
  return ExitCode::broker_failed;
}

// All phones at once, which says nothing about how fast a call reaches a lamp: it is not measured.
std::vector<std::string> Simulation::register_phones() {
  for (const auto& phone : phones_) fleet_[phone.server].set_device_state(phone.device, DeviceState::not_inuse);
  auto disagreements = wait_for_agreement();
  if (disagreements.empty()) {
    meter_.restart();
    display_.line("all servers show the " + std::to_string(phones_.size()) + " phones that registered; calls begin");
  }
  return disagreements;
}

void Simulation::inject() {
  if (injected_.empty()) return;
  for (auto& server : fleet_.servers()) {
    for (const auto& event : injected_) server.publish(event);
  }
  display_.line("each server sent the " + std::to_string(injected_.size()) + " events of " + options_.inject);
}

void Simulation::make_calls() {
  CallGenerator calls(fleet_, phones_, options_.rate, options_.seed, call_events(options_));
  const auto start = Clock::now();
  const bool endless = options_.duration == 0s;
  while (endless || since(start) < options_.duration) {
    show(since(start));
    const auto left = endless ? display_.period() : milliseconds(options_.duration) - since(start);
    if (calls_end_within(start, std::clamp(left, 0ms, display_.period()))) break;
  }
  calls.stop();
  show(since(start));
  display_.end_table();
}

/// Waits that long, and says what happens to the cut meanwhile. True if there is nothing more to call for.
bool Simulation::calls_end_within(Clock::time_point start, milliseconds time) {
  const auto end = Clock::now() + time;
  do {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (interrupts_.wait(std::clamp(left, 0ms, cut_ ? kCutPeriod : time)) || broker_ended()) return true;
    if (!cut_) continue;
    if (const auto line = cut_->look(since(start))) display_.note(*line);
  } while (Clock::now() < end);
  return false;
}

void Simulation::show(milliseconds elapsed) {
  std::vector<TableRow> rows;
  if (display_.on_terminal()) {
    for (const auto& phone : phones_) {
      TableRow row{.phone = phone.device, .home = phone.server, .lamps = {}};
      for (const auto& server : fleet_.servers()) row.lamps.push_back(server.lamp(phone.device));
      rows.push_back(std::move(row));
    }
  }
  if (sites_.size() == 1) return display_.update(rows, {}, figures_line(meter_.figures(), elapsed));
  display_.update(rows, groups(),
                  figures_line(meter_.figures(), meter_.times(Way::within), meter_.times(Way::across), elapsed));
}

std::vector<TableGroup> Simulation::groups() const {
  std::vector<TableGroup> result;
  for (std::size_t site = 0; site < sites_.size(); ++site) {
    const bool is_cut = cut_ && cut_->site() == site;
    result.push_back({site_name(site) + (is_cut ? " (cut off)" : ""), sites_.servers_of(site)});
  }
  return result;
}

std::vector<std::string> Simulation::wait_for_agreement() {
  Agreement agreement(fleet_, phones_);
  const auto deadline = Clock::now() + options_.agree_within;
  while (!broker_ended() && Clock::now() < deadline) {
    if (fleet_.wait_until(std::min(deadline, Clock::now() + 200ms), [&] { return agreement.reached(); })) break;
  }
  return agreement.disagreements();
}

ExitCode Simulation::conclude(const std::vector<std::string>& disagreements) {
  if (cut_ && disagreements.empty())
    if (const auto line = cut_->end()) display_.line(*line);
  print_figures(disagreements.empty());
  if (broker_ended()) return report_end_of_broker();
  print_disagreements(disagreements);
  if (const auto problem = brokers_.stop(kStopDeadline)) {
    display_.line("asterisk-sim: " + *problem);
    return ExitCode::broker_failed;
  }
  if (disagreements.empty()) return ExitCode::agree;
  for (const auto& file : brokers_.keep_logs()) display_.line("a broker's log: " + file);
  return ExitCode::disagree;
}

void Simulation::print_figures(bool agree) {
  display_.line(result_text(meter_.figures(), agree));
  if (sites_.size() == 1) return display_.line(times_text("", meter_.times(Way::within)));
  display_.line(times_text(" within a site", meter_.times(Way::within)));
  display_.line(times_text(" across sites", meter_.times(Way::across)));
}

void Simulation::print_disagreements(const std::vector<std::string>& disagreements) {
  if (disagreements.empty()) {
    display_.line("all " + std::to_string(fleet_.size()) + " servers agree on all " + std::to_string(phones_.size()) +
                  " phones");
    return;
  }
  display_.line("the servers disagree, " + std::to_string(options_.agree_within.count() / 1000) +
                " s after the last change:");
  for (std::size_t i = 0; i < std::min(disagreements.size(), kShownDisagreements); ++i) {
    display_.line("  " + disagreements[i]);
  }
  if (disagreements.size() > kShownDisagreements) {
    display_.line("  … and " + std::to_string(disagreements.size() - kShownDisagreements) + " more");
  }
}

}  // namespace amibroker::sim::app
