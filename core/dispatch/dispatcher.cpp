// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/dispatcher.hpp"

#include <spdlog/spdlog.h>

#include <ctime>
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
  base::LogLimit fault_limit{log_period};
  base::LogLimit slow_limit{log_period};
  base::LogLimit refused_limit{log_period};
};

Dispatcher::Dispatcher(std::vector<std::string> server_names, std::chrono::milliseconds slow_call)
    : server_names_(server_names), slow_call_(slow_call), messages_(std::move(server_names)) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::add_link(link::Link& link) {
  links_.push_back(&link);
  link.set_interest(interest_);
}

HandlerId Dispatcher::add(Handler& handler) {
  slots_.push_back(std::make_unique<Slot>(handler));
  return static_cast<HandlerId>(slots_.size() - 1);
}

void Dispatcher::remove(HandlerId id) {
  slots_[id]->handler = nullptr;
  // An event may be on its way to several handlers at this moment, so the lists change when it is done.
  if (dispatching_ == 0) drop_subscriptions(id);
  else removed_.push_back(id);
}

void Dispatcher::subscribe(HandlerId id, std::string_view event) {
  subscriptions_.add(id, event);
  tell_interest();
}

void Dispatcher::subscribe_all(HandlerId id) {
  subscriptions_.add_all(id);
  tell_interest();
}

void Dispatcher::drop_subscriptions(HandlerId id) {
  subscriptions_.remove(id);
  tell_interest();
}

void Dispatcher::count_messages() {
  messages_.enable();
  tell_interest();
}

void Dispatcher::tell_interest() {
  link::Interest interest = messages_.enabled() ? link::Interest{.all = true} : subscriptions_.interest();
  if (interest == interest_) return;
  interest_ = std::move(interest);
  for (link::Link* link : links_) link->set_interest(interest_);
}

void Dispatcher::announce_servers(HandlerId id) {
  for (const link::Link* link : links_)
    if (link->up())
      guarded(id, "on_server_up", [&](Handler& handler, Fault& fault) { return handler.server_up(link->id(), fault); });
}

bool Dispatcher::is_up(ServerId server) const noexcept { return server < links_.size() && links_[server]->up(); }

const CallStatistics* Dispatcher::statistics(HandlerId id) const noexcept {
  return id < slots_.size() ? &slots_[id]->statistics : nullptr;
}

void Dispatcher::request(HandlerId id, ServerId server, const Action& action, std::chrono::milliseconds timeout,
                         Completion done) {
  links_.at(server)->request(action, timeout, id, std::move(done));
}

void Dispatcher::run_task(HandlerId id, const std::function<void()>& task) {
  guarded(id, "a task", [&](Handler& handler, Fault& fault) { return handler.task(task, fault); });
}

void Dispatcher::report() {
  for (HandlerId id = 0; id < slots_.size(); ++id)
    guarded(id, "on_report", [](Handler& handler, Fault& fault) { return handler.report(fault); });
}

void Dispatcher::on_event(ServerId server, ami::EventFrame& frame) {
  messages_.count(server, frame.name());
  const auto* handlers = subscriptions_.of(frame.name());
  if (handlers->empty()) return;
  const Message* message = frame.message();
  if (message == nullptr) return;
  ++dispatching_;
  // By index, and the list is asked for its size at each step: a handler may subscribe to more while it is called.
  for (std::size_t i = 0; i < handlers->size(); ++i)
    guarded((*handlers)[i], "on_event",
            [&](Handler& handler, Fault& fault) { return handler.event(server, *message, fault); });
  if (--dispatching_ == 0)
    for (const HandlerId id : std::exchange(removed_, {})) drop_subscriptions(id);
}

void Dispatcher::on_reply(ServerId server, link::Owner owner, const Completion& done, const Reply& reply) {
  if (reply.outcome == Outcome::refused) report_refused(server, owner, reply.text);
  if (!done) return;
  guarded(owner, "an answer", [&](Handler& handler, Fault& fault) { return handler.completion(done, reply, fault); });
}

void Dispatcher::on_up(ServerId server) {
  for (HandlerId id = 0; id < slots_.size(); ++id)
    guarded(id, "on_server_up", [&](Handler& handler, Fault& fault) { return handler.server_up(server, fault); });
}

void Dispatcher::on_down(ServerId server) {
  for (HandlerId id = 0; id < slots_.size(); ++id)
    guarded(id, "on_server_down", [&](Handler& handler, Fault& fault) { return handler.server_down(server, fault); });
}

void Dispatcher::on_events_lost(ServerId server, std::uint64_t count) {
  for (HandlerId id = 0; id < slots_.size(); ++id)
    guarded(id, "on_events_lost",
            [&](Handler& handler, Fault& fault) { return handler.events_lost(server, count, fault); });
}

/// The one place where the daemon calls into a plugin.
template <typename Call>
void Dispatcher::guarded(HandlerId id, std::string_view what, Call&& call) {
  Slot& slot = *slots_[id];
  if (slot.handler == nullptr) return;
  Fault fault;
  const auto begin = coarse_now();
  const bool fine = call(*slot.handler, fault);
  const auto took = coarse_now() - begin;
  ++slot.statistics.calls;
  slot.statistics.busy += took;
  if (took > slot.statistics.longest) slot.statistics.longest = took;
  if (!fine) report_fault(slot, what, fault.text);
  if (took > slow_call_) report_slow(slot, what, took);
}

void Dispatcher::report_fault(Slot& slot, std::string_view what, std::string_view reason) {
  ++slot.statistics.faults;
  const auto held_back = slot.fault_limit.allow(Clock::now());
  if (!held_back || slot.handler == nullptr) return;
  spdlog::error("plugin {} threw in {}: {}; this call is lost, the plugin goes on ({} more since the last line)",
                slot.handler->name(), what, base::printable(reason, 255), *held_back);
}

void Dispatcher::report_slow(Slot& slot, std::string_view what, std::chrono::nanoseconds took) {
  const auto held_back = slot.slow_limit.allow(Clock::now());
  if (!held_back || slot.handler == nullptr) return;
  spdlog::warn(
      "plugin {} took {} ms in {}; the whole daemon waits meanwhile: long work belongs on a thread of the "
      "plugin's own ({} more since the last line)",
      slot.handler->name(), std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), what, *held_back);
}

void Dispatcher::report_refused(ServerId server, link::Owner owner, std::string_view reason) {
  Slot& slot = *slots_[owner];
  const auto held_back = slot.refused_limit.allow(Clock::now());
  if (!held_back || slot.handler == nullptr) return;
  spdlog::warn("plugin {} asked for an action on server '{}' that is not sent: {} ({} more since the last line)",
               slot.handler->name(), base::printable(server_names_[server], 80), reason, *held_back);
}

}  // namespace amibroker::dispatch
