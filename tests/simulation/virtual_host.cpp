// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/virtual_host.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/simulation/subject.hpp"

namespace amibroker::simulation {

VirtualHost::VirtualHost(World& world, std::span<const std::unique_ptr<Cable>> cables,
                         const std::vector<bool>& configured, std::string_view prefix, testing::FakeBus* bus)
    : world_(world), prefix_(prefix), cables_(cables), bus_(bus), options_(option_table(world.scenario.subject)) {
  if (bus_ != nullptr)
    bus_->on_loop = [this](const std::function<void()>& task) {
      if (!keep_for_later(task)) task();
    };
  for (ServerId id = 0; id < cables.size(); ++id)
    if (configured[id]) add(id);
  set_options();
}

void VirtualHost::add(ServerId id) {
  const auto number = static_cast<ServerId>(servers_.size());
  ServerInfo info{};
  info.id = number;
  info.section = info.name = sections_.emplace_back(prefix_ + std::to_string(id));
  if (id < world_.scenario.zones.size()) {
    const auto& zones = world_.scenario.zones[id];
    info.zones = zones_.emplace_back(zones.begin(), zones.end());
  }
  servers_.push_back(info);
  links_.push_back(std::make_unique<VirtualLink>(world_, id, number, *cables_[id], static_cast<LinkListener&>(*this)));
}

void VirtualHost::stand_still() {
  world_.trace.line("broker: stands still");
  still_ = true;
}

void VirtualHost::go_on() {
  world_.trace.line("broker: goes on");
  still_ = false;
  for (const auto& task : std::exchange(kept_, {})) task();
}

bool VirtualHost::keep_for_later(const std::function<void()>& task) {
  if (still_) kept_.push_back(task);
  return still_;
}

void VirtualHost::put_in(ServerId id) {
  if (keep_for_later([=, this] { put_in(id); })) return;
  world_.trace.line("broker: server ", id, " is put into the configuration");
  add(id);
  plugin_->on_server_added(servers_.back().id);
  links_.back()->start();
}

void VirtualHost::take_out(ServerId id) {
  if (keep_for_later([=, this] { take_out(id); })) return;
  const auto link =
      std::find_if(links_.begin(), links_.end(), [&](const auto& one) { return one->id() == id && !one->retired(); });
  const auto number = static_cast<ServerId>(link - links_.begin());
  world_.trace.line("broker: server ", id, " is taken out of the configuration");
  (*link)->retire();
  servers_[number].retired = true;
  plugin_->on_server_retired(number);
}

VirtualHost::~VirtualHost() {
  if (plugin_) plugin_->stop();
}

void VirtualHost::set_options() {
  options_.set("resync_interval", std::to_string(world_.scenario.resync_interval.count()));
  options_.set("lost_after", std::to_string(world_.scenario.lost_after.count()));
  if (world_.scenario.subject != Subject::device_state) return;
  options_.set("aggregate", world_.scenario.aggregate ? "yes" : "no");
  if (world_.scenario.faults.has(Fault::floods)) options_.set("max_devices", std::to_string(most_devices_in_a_flood));
  options_.set("custom", world_.scenario.custom ? "yes" : "no");
  if (world_.scenario.custom) options_.set("name_template", "Custom:{technology}-{name}");
}

void VirtualHost::start() {
  world_.ledger.life_began();
  world_.trace.line("broker: starts");
  plugin_ = make_plugin(world_.scenario.subject);
  plugin_->start(*this);
  for (const auto& link : links_) link->start();
}

void VirtualHost::kill() {
  world_.trace.line("broker: is killed");
  still_ = false;
  kept_.clear();
  dead_ = true;  // what the plugin asks for in stop comes to nothing
  if (bus_ != nullptr) bus_->leave();
  for (const auto& link : links_)
    if (!link->retired()) link->die();
  plugin_->stop();
  plugin_.reset();
  timers_.clear();
}

std::size_t VirtualHost::known_names() {
  plugin_->on_report();
  return known_names_;
}

bool VirtualHost::is_up(ServerId server) const noexcept { return server < links_.size() && links_[server]->up(); }

void VirtualHost::request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
                          Completion done) noexcept {
  if (dead_) return;
  if (server < links_.size() && !servers_[server].retired)
    return links_[server]->request(action, timeout.count() == 0 ? world_.scenario.request_timeout : timeout,
                                   std::move(done));
  post([done = std::move(done)] { done({Outcome::refused, "there is no such server", {}}); });
}

void VirtualHost::broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                            std::function<void(ServerId, const Reply&)> done) noexcept {
  for (ServerId id = 0; id < links_.size(); ++id)
    if (id != except && !servers_[id].retired)
      request(id, action, timeout, [done, id](const Reply& reply) { done(id, reply); });
}

TimerId VirtualHost::after(std::chrono::milliseconds delay, std::function<void()> task) noexcept {
  return start_timer(std::max(delay, Milliseconds(0)), Milliseconds(0), std::move(task));
}

TimerId VirtualHost::every(std::chrono::milliseconds period, std::function<void()> task) noexcept {
  return start_timer(std::max(period, Milliseconds(1)), std::max(period, Milliseconds(1)), std::move(task));
}

TimerId VirtualHost::start_timer(Milliseconds delay, Milliseconds period, std::function<void()> task) {
  if (dead_) return 0;
  const TimerId id = ++last_timer_;
  timers_.emplace(id, Timer{period, std::move(task)});
  world_.agenda.after(delay, [this, id] { run_timer(id); });
  return id;
}

void VirtualHost::run_timer(TimerId id) {
  if (keep_for_later([=, this] { run_timer(id); })) return;
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  const Timer timer = found->second;  // a copy: the task may cancel its own timer
  if (timer.period.count() == 0) timers_.erase(found);
  else world_.agenda.after(timer.period, [this, id] { run_timer(id); });
  timer.task();
}

void VirtualHost::post(std::function<void()> task) noexcept {
  world_.agenda.after(Duration(0), [this, task = std::move(task)] {
    if (!keep_for_later(task) && !dead_) task();
  });
}

void VirtualHost::log(Level level, std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> words{"debug", "info", "warning", "error"};
  constexpr std::string_view report = "report: ";
  if (text.starts_with(report) && text.ends_with(" names"))
    known_names_ = std::stoul(std::string(text.substr(report.size())));
  world_.trace.line("log ", words[static_cast<std::size_t>(level)], ": ", text);
}

Counter& VirtualHost::counter(std::string_view name) noexcept { return counters_[std::string(name)]; }

void VirtualHost::link_up(ServerId server) { plugin_->on_server_up(server); }

void VirtualHost::link_down(ServerId server) { plugin_->on_server_down(server); }

void VirtualHost::link_event(ServerId server, const sim::Fields& event) {
  const std::string_view name = sim::value_of(event, "Event");
  const bool wanted = subscribed_to_all_ || std::any_of(subscribed_.begin(), subscribed_.end(),
                                                        [&](const auto& one) { return same_name(one, name); });
  if (!wanted) return;
  fields_.clear();
  for (const auto& [header, value] : event) fields_.push_back({header, value});
  plugin_->on_event(server, Message(fields_));
}

void VirtualHost::link_lost_events(ServerId server, std::uint64_t count) { plugin_->on_events_lost(server, count); }

void VirtualHost::link_done(const Completion& done, const Reply& reply) {
  if (!dead_ && done) done(reply);
}

}  // namespace amibroker::simulation
