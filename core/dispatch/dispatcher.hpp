// SPDX-License-Identifier: Apache-2.0
//
// Who gets which event, the one guarded call into a plugin, and the way of actions to the links.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/dispatch/handler.hpp"
#include "core/dispatch/message_log.hpp"
#include "core/dispatch/subscriptions.hpp"
#include "core/link/link.hpp"

namespace amibroker::dispatch {

/// Number of a handler; never used again after `remove`.
using HandlerId = link::Owner;

/// What is known of one handler's calls since it was added. Times are sums of steps of some milliseconds: right over
/// many calls, and for long ones.
struct CallStatistics {
  std::uint64_t calls = 0;
  std::uint64_t faults = 0;
  std::chrono::nanoseconds busy{0};
  std::chrono::nanoseconds longest{0};
};

/// Loop's thread only.
class Dispatcher final : public link::LinkListener {
 public:
  /// `server_names`: what logs call each server, by ServerId. `slow_call`: a call into a plugin that takes longer is
  /// logged as a warning, at most once a minute for each handler.
  Dispatcher(std::vector<std::string> server_names, std::chrono::milliseconds slow_call);
  ~Dispatcher();

  /// Links are added once, in the order of their ServerId, before any of them starts. The dispatcher outlives their
  /// stop.
  void add_link(link::Link& link);

  /// The handler outlives its registration. From now on it is told of servers that come and go.
  HandlerId add(Handler& handler);
  /// Nothing reaches the handler any more, answers to its actions included. Also from inside a call to it.
  void remove(HandlerId id);

  /// Events of this name, without case; at any time.
  void subscribe(HandlerId id, std::string_view event);
  void subscribe_all(HandlerId id);
  /// Tells a new handler which servers are up.
  void announce_servers(HandlerId id);

  /// Sends an action for a handler; the answer reaches it as Handler::completion, later. Throws std::out_of_range
  /// for an unknown server.
  void request(HandlerId id, ServerId server, const Action& action, std::chrono::milliseconds timeout, Completion done);
  /// Runs a task of a handler now, guarded like every other call.
  void run_task(HandlerId id, const std::function<void()>& task);
  /// Asks every handler to log what it knows.
  void report();
  [[nodiscard]] bool is_up(ServerId server) const noexcept;
  [[nodiscard]] const CallStatistics* statistics(HandlerId id) const noexcept;

  /// Counts all events from now on, so that all are asked for.
  void count_messages();
  [[nodiscard]] MessageLog& messages() noexcept { return messages_; }

  void on_event(ServerId server, ami::EventFrame& frame) override;
  void on_reply(ServerId server, link::Owner owner, const Completion& done, const Reply& reply) override;
  void on_up(ServerId server) override;
  void on_down(ServerId server) override;
  void on_events_lost(ServerId server, std::uint64_t count) override;

 private:
  struct Slot;
  void drop_subscriptions(HandlerId id);
  void tell_interest();
  template <typename Call>
  void guarded(HandlerId id, std::string_view what, Call&& call);
  void report_fault(Slot& slot, std::string_view what, std::string_view reason);
  void report_slow(Slot& slot, std::string_view what, std::chrono::nanoseconds took);
  void report_refused(ServerId server, link::Owner owner, std::string_view reason);

  std::vector<std::string> server_names_;
  std::chrono::nanoseconds slow_call_;
  std::vector<link::Link*> links_;
  std::vector<std::unique_ptr<Slot>> slots_;
  Subscriptions subscriptions_;
  link::Interest interest_;  // as the links know it
  int dispatching_ = 0;
  std::vector<HandlerId> removed_;  // while an event is handed round
  MessageLog messages_;
};

}  // namespace amibroker::dispatch
