// SPDX-License-Identifier: Apache-2.0
//
// Who gets which event, the one guarded call into a plugin, and the way of actions to the servers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dispatch/event_watcher.hpp"
#include "core/dispatch/fault_table.hpp"
#include "core/dispatch/handler.hpp"
#include "core/dispatch/identity_listener.hpp"
#include "core/dispatch/message_log.hpp"
#include "core/dispatch/subscriptions.hpp"
#include "core/link/server_listener.hpp"

namespace amibroker::dispatch {

/// Number of a handler; never used again after `remove`.
using HandlerId = link::Owner;

/// The time that a handler took of the loop.
struct LoopTime {
  std::chrono::nanoseconds all{0};
  std::string_view call{};           ///< the call that took most of it
  std::chrono::nanoseconds most{0};  ///< what that one took
};

/// Loop's thread only. What comes of a server that was not added, or that is retired, reaches nobody; only that a
/// request ended is passed on, without its answer.
class Dispatcher final : public link::ServerListener {
 public:
  /// `slow_call`: a call into a plugin that takes longer is logged as a warning, at most once a minute for each
  /// handler. `logs_refusals`: actions that are not sent have a line; not if somebody else writes it.
  explicit Dispatcher(std::chrono::milliseconds slow_call, bool logs_refusals = true);
  ~Dispatcher();

  /// Where actions go. Once, before the first handler is added; `access` lives as long as actions are asked for.
  void attach(link::ServerAccess& access);
  /// Who keeps what servers say of themselves; null: nobody any more.
  void set_identity_listener(IdentityListener* listener) noexcept { identities_ = listener; }

  /// Who looks on; null: nobody any more.
  void set_event_watcher(EventWatcher* watcher) noexcept { watcher_ = watcher; }

  /// A server that is down, and what logs call it. Servers are added in the order of their ServerId, from 0, and before
  /// anything is heard of them. Tells every handler.
  void add_server(ServerId server, std::string name);
  /// What is known of a server is different now. Tells every handler. Nothing if it is retired.
  void change_server(ServerId server, std::string name);
  /// The server is gone for good: tells every handler that it is down, if it was up, and that it is retired. Call it
  /// after Servers::retire, so that its requests have ended. Nothing if it is retired already.
  void retire_server(ServerId server);

  /// The handler outlives its registration. From now on it is told of servers that come and go.
  HandlerId add(Handler& handler);
  /// Nothing reaches the handler any more, answers to its actions included. Also from inside a call to it.
  void remove(HandlerId id);

  /// Events of this name, without case; at any time.
  void subscribe(HandlerId id, std::string_view event);
  void subscribe_all(HandlerId id);
  /// Takes back `subscribe`, or, with an empty name, `subscribe_all`. Also from inside a call to the handler: no event
  /// of this name reaches it afterwards.
  void unsubscribe(HandlerId id, std::string_view event);
  /// All that the handler wants from now on, in the place of what it wanted before. One step, however many names
  /// change.
  void set_subscriptions(HandlerId id, const link::Interest& wanted);
  /// Tells a new handler which servers are up.
  void announce_servers(HandlerId id);

  /// Sends an action for a handler; the answer reaches it as Handler::completion, later. Throws std::out_of_range
  /// for a server that was not added or is retired.
  void request(HandlerId id, ServerId server, const Action& action, std::chrono::milliseconds timeout, Completion done);
  /// Runs a task of a handler now, guarded like every other call.
  void run_task(HandlerId id, const std::function<void()>& task);
  /// Makes a call into the plugin of a handler now, guarded like every other one; `call` returns false, with the
  /// reason, if the plugin threw. `what` names it in the log. False if it threw, or if the handler was removed.
  bool call(HandlerId id, std::string_view what, const std::function<bool(Fault&)>& call);
  /// Asks every handler to log what it knows.
  void report();
  [[nodiscard]] bool is_up(ServerId server) const noexcept;
  /// Null for a handler that was removed, as is `faults`.
  [[nodiscard]] const CallStatistics* statistics(HandlerId id) const noexcept;
  [[nodiscard]] const FaultTable* faults(HandlerId id) const noexcept;
  /// What the handler took of the loop since the last question.
  [[nodiscard]] LoopTime take_loop_time(HandlerId id);

  /// Whether all events are counted from now on, which are then asked for. Off at first.
  void count_messages(bool on);
  [[nodiscard]] MessageLog& messages() noexcept { return messages_; }

  void on_event(ServerId server, ami::EventFrame& frame) override;
  void on_answer(ServerId server, link::Owner owner, const Completion& done, const Reply& reply) override;
  void on_up(ServerId server) override;
  void on_down(ServerId server) override;
  void on_events_lost(ServerId server, std::uint64_t count) override;
  void on_identified(ServerId server, const link::Identity& identity) override;

 private:
  struct Slot;
  struct Server {
    std::string name;
    bool up = false;  // as the handlers were told
    bool retired = false;
  };
  [[nodiscard]] bool is_present(ServerId server) const noexcept {
    return server < servers_.size() && !servers_[server].retired;
  }
  [[nodiscard]] Slot* slot_of(HandlerId id) const noexcept { return id < slots_.size() ? slots_[id].get() : nullptr; }
  [[nodiscard]] bool in_call() const noexcept { return dispatching_ > 0 || calling_ > 0; }
  [[nodiscard]] bool is_watched() const noexcept { return watcher_ != nullptr && watcher_->watches(); }
  [[nodiscard]] bool anything_left() const noexcept { return !removed_.empty() || !unsubscribed_.empty(); }
  void drop_left();
  void send_interest();
  template <typename Call>
  void guarded_all(std::string_view what, Call&& call);
  template <typename Call>
  bool guarded(HandlerId id, std::string_view what, Call&& call);
  void note_time(Slot& slot, std::string_view what, std::chrono::nanoseconds took);
  void report_fault(Slot& slot, std::string_view what, std::string_view reason);
  void report_slow(Slot& slot, std::string_view what, std::chrono::nanoseconds took);
  void report_not_sent(ServerId server, link::Owner owner, std::string_view reason);

  std::chrono::nanoseconds slow_call_;
  bool logs_refusals_;
  link::ServerAccess* access_ = nullptr;
  IdentityListener* identities_ = nullptr;
  EventWatcher* watcher_ = nullptr;
  std::vector<Server> servers_;  // by ServerId
  std::vector<std::unique_ptr<Slot>> slots_;
  Subscriptions subscriptions_;
  link::Interest interest_;  // as the servers know it
  int dispatching_ = 0;
  int calling_ = 0;
  // While an event is passed to the handlers, its list must not change, and while a handler is called, its slot stays:
  // what leaves then waits here.
  std::vector<HandlerId> removed_;
  std::vector<std::pair<HandlerId, std::string>> unsubscribed_;
  MessageLog messages_;
};

}  // namespace amibroker::dispatch
