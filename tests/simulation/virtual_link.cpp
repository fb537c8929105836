// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/virtual_link.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace amibroker::simulation {

void VirtualLink::die() noexcept {
  dead_ = true;
  up_ = false;
  cable_.attach(nullptr);
}

void VirtualLink::retire() {
  if (up_) lost();
  retired_ = true;
  die();
}

void VirtualLink::request(const Action& action, Duration timeout, Completion done) {
  Pending pending{++last_id_, false, {}, std::move(done)};
  note(action, pending);
  if (!up_) {
    say("cannot send", action);
    world_.agenda.after(Duration(0), [this, pending] {
      if (!dead_ || retired_) give_up(pending, Outcome::not_sent, "the server is down");
    });
    return;
  }
  say("<-", action);
  cable_.send(wire_, pending.id, action);
  world_.agenda.after(timeout, [this, id = pending.id] { expire(id); });
  in_flight_.push_back(std::move(pending));
}

/// Checks `storm`, `action` and `one_write`.
void VirtualLink::note(const Action& action, Pending& pending) {
  constexpr std::uint64_t storm = 50'000;  // a run has some thousand
  if (pending.id > storm) {
    world_.ledger.fail("storm", "server " + std::to_string(id_) + " is sent actions without end");
    world_.agenda.stop();
  }
  if (same_name(action.name(), "Setvar")) {
    pending.variable = header_of(action, "Variable");
    world_.ledger.requested(id_, pending.variable);
    check_one_write(pending.variable);
  } else if (same_name(action.name(), "DeviceStateList") || same_name(action.name(), "PresenceStateList")) {
    world_.ledger.listed(id_);
  } else if (!same_name(action.name(), "UserEvent")) {
    world_.ledger.fail("action", "the plugin asks for " + std::string(action.name()));
  }
}

void VirtualLink::check_one_write(std::string_view variable) const {
  const bool twice = std::any_of(in_flight_.begin(), in_flight_.end(), [&](const Pending& pending) {
    return !pending.expired && pending.variable == variable;
  });
  if (twice)
    world_.ledger.fail("one_write",
                       "a second write of " + std::string(variable) + " is in flight on server " + std::to_string(id_));
}

void VirtualLink::connected(std::uint64_t wire) {
  if (dead_ || listener_.keep_for_later([=, this] { connected(wire); })) return;
  wire_ = wire;
  up_ = true;
  ping_ = 0;
  listener_.link_up(number_);
  ping(++connection_);
}

/// The answer to a Ping shows that what was sent before it is not answered any more. A lost one ends no connection
/// here, where no wire of core/link would lose it; another one follows.
void VirtualLink::ping(std::uint64_t connection) {
  constexpr Seconds period{2};
  constexpr Seconds timeout{5};
  if (listener_.keep_for_later([=, this] { ping(connection); })) return;
  if (dead_ || !up_ || connection != connection_) return;
  if (ping_ == 0 || world_.agenda.now() - pinged_ >= timeout) {
    ping_ = ++last_id_;
    pinged_ = world_.agenda.now();
    cable_.send(wire_, ping_, Action("Ping"));
    in_flight_.push_back({ping_, true, {}, nullptr});
  }
  world_.agenda.after(period, [this, connection] { ping(connection); });
}

void VirtualLink::lost() {
  if (dead_ || listener_.keep_for_later([=, this] { lost(); })) return;
  up_ = false;
  last_number_ = 0;
  const std::deque<Pending> ended = std::exchange(in_flight_, {});
  for (const Pending& pending : ended)
    if (!pending.expired) give_up(pending, Outcome::unknown, "the connection was lost before the answer");
  listener_.link_down(number_);
}

void VirtualLink::event(const sim::Fields& event, std::uint64_t number) {
  if (dead_ || listener_.keep_for_later([=, this] { this->event(event, number); })) return;
  // The first event of a connection sets the start; a number that is not above the last is that of a new module.
  const bool hole = number != 0 && last_number_ != 0 && number != last_number_ + 1;
  const std::uint64_t count = number > last_number_ ? number - last_number_ - 1 : 0;
  last_number_ = number;
  if (hole) world_.trace.line("server ", id_, ": ", count, " events were lost");
  if (hole && world_.scenario.lost_before_event) listener_.link_lost_events(number_, count);
  listener_.link_event(number_, event);
  if (hole && !world_.scenario.lost_before_event) listener_.link_lost_events(number_, count);
}

void VirtualLink::reply(std::uint64_t action_id, const Answer& answer) {
  if (dead_ || listener_.keep_for_later([=, this] { reply(action_id, answer); })) return;
  std::vector<Pending> passed_over;
  while (!in_flight_.empty() && in_flight_.front().id != action_id) {
    passed_over.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
  }
  if (in_flight_.empty()) return;
  const Pending pending = std::move(in_flight_.front());
  in_flight_.pop_front();
  for (const Pending& lost : passed_over)
    if (!lost.expired) give_up(lost, Outcome::unknown, "the server answered later actions, but not this one");
  if (pending.id == ping_) ping_ = 0;
  if (pending.expired) return;
  if (answer.error && !pending.variable.empty()) world_.ledger.failed(id_, pending.variable);

  std::vector<Field> fields;
  for (const sim::Fields& message : answer.messages)
    for (const auto& [name, value] : message) fields.push_back({name, value});
  std::vector<Message> messages;
  std::size_t first = 0;
  for (const sim::Fields& message : answer.messages) {
    messages.emplace_back(std::span<const Field>(fields).subspan(first, message.size()));
    first += message.size();
  }
  world_.trace.line("server ", id_, " -> ", answer.error ? "error" : "success", " ", pending.variable);
  listener_.link_done(pending.done,
                      {answer.error ? Outcome::error : Outcome::success, messages.front()["Message"], messages});
}

void VirtualLink::expire(std::uint64_t id) {
  if (listener_.keep_for_later([=, this] { expire(id); })) return;
  if (dead_) return;
  for (Pending& pending : in_flight_) {
    if (pending.id != id || pending.expired) continue;
    // It keeps its place, as its answer may still come.
    Pending ended{pending.id, false, pending.variable, std::exchange(pending.done, nullptr)};
    pending.expired = true;
    return give_up(ended, Outcome::unknown, "no answer in time");
  }
}

void VirtualLink::give_up(const Pending& pending, Outcome outcome, std::string_view text) {
  if (!pending.variable.empty()) world_.ledger.failed(id_, pending.variable);
  world_.trace.line("server ", id_, " -> ", to_string(outcome), " ", pending.variable, ": ", text);
  listener_.link_done(pending.done, {outcome, text, {}});
}

void VirtualLink::say(std::string_view what, const Action& action) const {
  if (!world_.trace.on()) return;
  std::string text(action.name());
  for (std::size_t i = 0; i < action.size(); ++i)
    text.append(" ").append(action[i].name).append("=").append(action[i].value);
  world_.trace.line("server ", id_, " ", what, " ", text);
}

}  // namespace amibroker::simulation
