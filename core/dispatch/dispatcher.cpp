// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/dispatcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "core/base/log_limit.hpp"
#include "core/base/printable.hpp"

namespace amibroker::dispatch {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto log_period = std::chrono::minutes(1);

/// The kernel's coarse clock: it steps every few milliseconds, far below any call that is worth a warning, and costs a
/// tenth of the fine one, which was six percent of all that the loop's thread did.
std::chrono::nanoseconds coarse_now() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

struct Dispatcher::Slot {
  explicit Slot(Handler& handler_) : handler(&handler_) {}
  Handler* handler;  // null once removed
  CallStatistics statistics;
  FaultTable faults;
  std::vector<std::pair<std::string_view, std::chrono::nanoseconds>> busy_by_call;  // since take_loop_time
  base::LogLimit slow_limit{log_period};
  base::LogLimit not_sent_limit{log_period};
};

CallStatistics& CallStatistics::operator+=(const CallStatistics& other) noexcept {
  calls += other.calls;
  faults += other.faults;
  busy += other.busy;
  longest = std::max(longest, other.longest);
  return *this;
}

Dispatcher::Dispatcher(std::chrono::milliseconds slow_call, bool logs_refusals)
    : slow_call_(slow_call), logs_refusals_(logs_refusals) {}

Dispatcher::~Dispatcher() = default;

/// The one place where the daemon calls into a plugin.
template <typename Call>
bool Dispatcher::guarded(HandlerId id, std::string_view what, Call&& call) {
  Slot* const found = slots_[id].get();
  if (found == nullptr || found->handler == nullptr) return false;
  Slot& slot = *found;
  Fault fault;
  ++calling_;
  const auto begin = coarse_now();
  const bool fine = call(*slot.handler, fault);
  const auto took = coarse_now() - begin;
  ++slot.statistics.calls;
  if (took.count() != 0) note_time(slot, what, took);
  if (!fine) report_fault(slot, what, fault.text);
  --calling_;
  if (!in_call() && anything_left()) drop_left();
  return fine;
}

void Dispatcher::note_time(Slot& slot, std::string_view what, std::chrono::nanoseconds took) {
  slot.statistics.busy += took;
  slot.statistics.longest = std::max(slot.statistics.longest, took);
  const auto known = std::find_if(slot.busy_by_call.begin(), slot.busy_by_call.end(),
                                  [&](const auto& one) { return one.first == what; });
  if (known != slot.busy_by_call.end()) known->second += took;
  else slot.busy_by_call.emplace_back(what, took);
  if (took > slow_call_) report_slow(slot, what, took);
}

template <typename Call>
void Dispatcher::guarded_all(std::string_view what, Call&& call) {
  for (HandlerId id = 0; id < slots_.size(); ++id) guarded(id, what, call);
}

void Dispatcher::attach(link::ServerAccess& access) {
  access_ = &access;
  access_->set_interest(interest_);
}

void Dispatcher::add_server(ServerId server, std::string name) {
  if (server != servers_.size()) throw std::logic_error("servers are added in the order of their numbers");
  messages_.set_name(server, name);
  servers_.push_back({std::move(name)});
  guarded_all("on_server_added", [&](Handler& handler, Fault& fault) { return handler.server_added(server, fault); });
}

void Dispatcher::change_server(ServerId server, std::string name) {
  if (!is_present(server)) return;
  messages_.set_name(server, name);
  servers_[server].name = std::move(name);
  guarded_all("on_server_changed",
              [&](Handler& handler, Fault& fault) { return handler.server_changed(server, fault); });
}

void Dispatcher::retire_server(ServerId server) {
  if (!is_present(server)) return;
  on_down(server);
  servers_[server].retired = true;
  guarded_all("on_server_retired",
              [&](Handler& handler, Fault& fault) { return handler.server_retired(server, fault); });
}

HandlerId Dispatcher::add(Handler& handler) {
  slots_.push_back(std::make_unique<Slot>(handler));
  return static_cast<HandlerId>(slots_.size() - 1);
}

void Dispatcher::remove(HandlerId id) {
  Slot* const slot = slot_of(id);
  if (slot == nullptr || std::exchange(slot->handler, nullptr) == nullptr) return;
  removed_.push_back(id);
  if (!in_call()) drop_left();
}

void Dispatcher::subscribe(HandlerId id, std::string_view event) {
  std::erase_if(unsubscribed_, [&](const auto& left) { return left.first == id && same_name(left.second, event); });
  subscriptions_.add(id, event);
  send_interest();
}

void Dispatcher::subscribe_all(HandlerId id) {
  std::erase_if(unsubscribed_, [id](const auto& left) { return left.first == id && left.second.empty(); });
  subscriptions_.add_all(id);
  send_interest();
}

void Dispatcher::unsubscribe(HandlerId id, std::string_view event) {
  unsubscribed_.emplace_back(id, event);
  if (!in_call()) drop_left();
}

void Dispatcher::set_subscriptions(HandlerId id, const link::Interest& wanted) {
  subscriptions_.remove(id);
  if (wanted.all) subscriptions_.add_all(id);
  for (const std::string& name : wanted.names) subscriptions_.add(id, name);
  send_interest();
}

void Dispatcher::drop_left() {
  for (const HandlerId id : std::exchange(removed_, {})) {
    subscriptions_.remove(id);
    slots_[id].reset();
  }
  for (const auto& [id, event] : std::exchange(unsubscribed_, {}))
    event.empty() ? subscriptions_.remove_all(id) : subscriptions_.remove(id, event);
  send_interest();
}

void Dispatcher::count_messages(bool on) {
  messages_.enable(on);
  send_interest();
}

void Dispatcher::send_interest() {
  link::Interest interest = messages_.enabled() ? link::Interest{.all = true} : subscriptions_.interest();
  if (interest == interest_) return;
  interest_ = std::move(interest);
  if (access_ != nullptr) access_->set_interest(interest_);
}

void Dispatcher::announce_servers(HandlerId id) {
  for (ServerId server = 0; server < servers_.size(); ++server)
    if (servers_[server].up)
      guarded(id, "on_server_up", [&](Handler& handler, Fault& fault) { return handler.server_up(server, fault); });
}

bool Dispatcher::is_up(ServerId server) const noexcept {
  return is_present(server) && access_ != nullptr && access_->is_up(server);
}

const CallStatistics* Dispatcher::statistics(HandlerId id) const noexcept {
  const Slot* const slot = slot_of(id);
  return slot == nullptr ? nullptr : &slot->statistics;
}

const FaultTable* Dispatcher::faults(HandlerId id) const noexcept {
  const Slot* const slot = slot_of(id);
  return slot == nullptr ? nullptr : &slot->faults;
}

LoopTime Dispatcher::take_loop_time(HandlerId id) {
  LoopTime time;
  Slot* const slot = slot_of(id);
  if (slot == nullptr) return time;
  for (const auto& [call, took] : std::exchange(slot->busy_by_call, {})) {
    time.all += took;
    if (took <= time.most) continue;
    time.most = took;
    time.call = call;
  }
  return time;
}

void Dispatcher::request(HandlerId id, ServerId server, const Action& action, std::chrono::milliseconds timeout,
                         Completion done) {
  if (!is_present(server)) throw std::out_of_range("there is no such server");
  access_->request(server, action, timeout, id, std::move(done));
}

void Dispatcher::run_task(HandlerId id, const std::function<void()>& task) {
  guarded(id, "a task", [&](Handler& handler, Fault& fault) { return handler.task(task, fault); });
}

bool Dispatcher::call(HandlerId id, std::string_view what, const std::function<bool(Fault&)>& call) {
  return guarded(id, what, [&](Handler&, Fault& fault) { return call(fault); });
}

void Dispatcher::report() {
  guarded_all("on_report", [](Handler& handler, Fault& fault) { return handler.report(fault); });
}

void Dispatcher::on_event(ServerId server, ami::EventFrame& frame) {
  if (!is_present(server)) return;
  messages_.count(server, frame.name());
  const auto* handlers = subscriptions_.of(frame.name());
  const bool is_seen = is_watched();
  if (handlers->empty() && !is_seen) return;
  const Message* message = frame.message();
  if (message == nullptr) return;
  ++dispatching_;
  // By index, and the size is read again at each step: a handler may subscribe to more while it is called.
  for (std::size_t i = 0; i < handlers->size(); ++i)
    guarded((*handlers)[i], "on_event",
            [&](Handler& handler, Fault& fault) { return handler.event(server, *message, fault); });
  --dispatching_;
  if (!in_call() && anything_left()) drop_left();
  if (is_seen) watcher_->saw_event(server, *message);
}

void Dispatcher::on_answer(ServerId server, link::Owner owner, const Completion& done, const Reply& reply) {
  const bool is_gone = !is_present(server);
  // That nothing is sent to a server that is down is said by the line that it is down.
  const bool is_over_the_limit = reply.outcome == Outcome::not_sent && is_up(server);
  if (logs_refusals_ && (reply.outcome == Outcome::refused || is_over_the_limit) && !is_gone)
    report_not_sent(server, owner, reply.text);
  if (!done) return;
  // A plugin is promised that each request ends; what a retired server answered is nobody's business any more.
  const bool is_late = is_gone && (reply.outcome == Outcome::success || reply.outcome == Outcome::error);
  const Reply end = is_late ? Reply{Outcome::unknown, "the server was taken out of the configuration", {}} : reply;
  guarded(owner, "an answer", [&](Handler& handler, Fault& fault) { return handler.completion(done, end, fault); });
}

void Dispatcher::on_up(ServerId server) {
  if (!is_present(server) || std::exchange(servers_[server].up, true)) return;
  guarded_all("on_server_up", [&](Handler& handler, Fault& fault) { return handler.server_up(server, fault); });
  if (is_watched()) watcher_->saw_up(server);
}

void Dispatcher::on_down(ServerId server) {
  if (!is_present(server) || !std::exchange(servers_[server].up, false)) return;
  guarded_all("on_server_down", [&](Handler& handler, Fault& fault) { return handler.server_down(server, fault); });
  if (is_watched()) watcher_->saw_down(server);
}

void Dispatcher::on_events_lost(ServerId server, std::uint64_t count) {
  if (!is_present(server)) return;
  guarded_all("on_events_lost",
              [&](Handler& handler, Fault& fault) { return handler.events_lost(server, count, fault); });
  if (is_watched()) watcher_->saw_events_lost(server, count);
}

void Dispatcher::on_identified(ServerId server, const link::Identity& identity) {
  if (is_present(server) && identities_ != nullptr) identities_->on_identified(server, identity);
}

void Dispatcher::report_fault(Slot& slot, std::string_view what, std::string_view reason) {
  ++slot.statistics.faults;
  const auto held_back = slot.faults.add(what, reason, Clock::now());
  if (slot.handler == nullptr) return;
  if (held_back)
    spdlog::error(
        "plugin {} threw in {}: {}; this call is lost, the plugin goes on ({} more of these since the last line)",
        slot.handler->name(), what, base::printable(reason, 255), *held_back);
  slot.handler->threw(slot.statistics);
}

void Dispatcher::report_slow(Slot& slot, std::string_view what, std::chrono::nanoseconds took) {
  const auto held_back = slot.slow_limit.allow(Clock::now());
  if (!held_back || slot.handler == nullptr) return;
  spdlog::warn(
      "plugin {} took {} ms in {}; the whole daemon waits meanwhile: long work belongs on a thread of the "
      "plugin's own ({} more since the last line)",
      slot.handler->name(), std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), what, *held_back);
}

void Dispatcher::report_not_sent(ServerId server, link::Owner owner, std::string_view reason) {
  Slot* const found = slot_of(owner);
  if (found == nullptr) return;
  Slot& slot = *found;
  const auto held_back = slot.not_sent_limit.allow(Clock::now());
  if (!held_back || slot.handler == nullptr) return;
  spdlog::warn("plugin {} asked for an action on server '{}' that is not sent: {} ({} more since the last line)",
               slot.handler->name(), base::printable(servers_[server].name, 80), reason, *held_back);
}

}  // namespace amibroker::dispatch
