// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/cable.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::simulation {

Cable::Cable(World& world, ServerId id, ModelServer& server)
    : world_(world), id_(id), server_(server), usual_delay_(world.plan.between(Duration(100), Milliseconds(20))) {
  server_.add_publisher([this](sim::Fields event, std::uint64_t number) { publish(std::move(event), number); });
}

void Cable::attach(CableEnd* end) {
  if (whole_ || connected_) break_wire(Duration(0));
  connected_ = false;
  end_ = end;
  if (end_ != nullptr) connect_soon();
}

void Cable::send(std::uint64_t wire_of_end, std::uint64_t action_id, const Action& action) {
  if (!whole_ || wire_of_end != wire_ || world_.network.happens(quality.command_loss)) return;
  // Decided now: whether the server reads it in time, should the connection break on the way.
  const bool was_read = world_.network.happens(0.5);
  in_order(commands_, quality.service, [=, this, wire = wire_, process = process_] {
    if (is_frozen() || (wire == late_wire_ && world_.agenda.now() < late_)) {
      // One after the other, while the server already serves its next connection as well.
      late_wire_ = wire;
      late_ =
          std::max({late_, frozen_until_, world_.agenda.now()}) + world_.network.between(Duration(1), Milliseconds(60));
      world_.agenda.at(late_, [=, this] { carry_out(action_id, action, wire, process); });
    } else if (wire == wire_ || was_read) {
      carry_out(action_id, action, wire, process);
    }
  });
}

void Cable::carry_out(std::uint64_t action_id, const Action& action, std::uint64_t wire, std::uint64_t process) {
  if (process != process_ || dead_) return;
  const Answer answer = server_.run(action, wire != wire_);
  if (wire != wire_ || world_.network.happens(quality.reply_loss)) return;
  in_order(replies_, Duration(0), [=, this] {
    if (wire == wire_ && end_ != nullptr) end_->reply(action_id, answer);
  });
}

void Cable::freeze(Duration length, Duration notice) {
  say("the process stands still");
  frozen_until_ = world_.agenda.now() + length;
  world_.agenda.after(length, [this, until = frozen_until_] {
    if (until != frozen_until_) return;
    say("the process goes on");
    connect_soon();
  });
  if (notice >= length) return;
  world_.agenda.after(notice, [this, wire = wire_] {
    if (wire != wire_ || !connected_) return;
    whole_ = subscribed_ = false;
    ++wire_;
    this->notice(wire_);
  });
}

void Cable::cut(Duration notice) {
  cut_ = true;
  say("the connection is cut");
  break_wire(notice);
}

void Cable::mend() {
  cut_ = false;
  say("the connection could be made again");
  connect_soon();
}

void Cable::server_died(Duration notice) {
  dead_ = true;
  ++process_;
  say("the process ends");
  break_wire(notice);
}

void Cable::server_booted() {
  dead_ = false;
  say("the process starts");
  connect_soon();
}

void Cable::break_wire(Duration notice) {
  whole_ = subscribed_ = false;
  ++wire_;
  ++attempt_;
  world_.agenda.after(notice, [this, wire = wire_] { this->notice(wire); });
}

void Cable::notice(std::uint64_t wire) {
  if (wire != wire_ || end_ == nullptr) return;
  if (std::exchange(connected_, false)) {
    say("is down");
    end_->lost();
  }
  connect_soon();
}

void Cable::connect_soon() {
  if (connected_ || end_ == nullptr) return;
  const Duration longest = world_.network.happens(0.2) ? quality.longest_connect : Milliseconds(500);
  world_.agenda.after(world_.network.between(Milliseconds(5), longest),
                      [this, attempt = ++attempt_] { connect(attempt); });
}

void Cable::connect(std::uint64_t attempt) {
  if (attempt != attempt_ || dead_ || cut_ || connected_ || end_ == nullptr || is_frozen()) return;
  ++wire_;
  whole_ = true;
  // The two sockets connect on their own: events may come before the server counts as up, or be missed for a moment.
  if (world_.network.happens(0.8)) subscribed_ = true;
  else
    world_.agenda.after(world_.network.between(Milliseconds(10), Milliseconds(40)),
                        [this, wire = wire_] { subscribed_ = subscribed_ || wire == wire_; });
  world_.agenda.after(world_.network.between(Milliseconds(0), Milliseconds(30)),
                      [this, wire = wire_] { come_up(wire); });
}

void Cable::come_up(std::uint64_t wire) {
  if (wire != wire_ || end_ == nullptr) return;
  connected_ = true;
  world_.ledger.came_up(id_);
  say("is up");
  end_->connected(wire_);
}

void Cable::publish(sim::Fields event, std::uint64_t number) {
  const bool lost = world_.network.happens(quality.event_loss);
  if (world_.trace.on()) {
    std::string text;
    for (const auto& [name, value] : event) text.append(" ").append(name).append("=").append(value);
    const std::string_view fate = dead_ || !subscribed_ ? " (nobody listens)" : lost ? " (lost)" : "";
    world_.trace.line("server ", id_, " publishes", text, fate);
  }
  if (dead_ || !subscribed_ || lost) return;
  in_order(events_, Duration(0), [this, wire = wire_, event = std::move(event), number] {
    if (wire == wire_ && end_ != nullptr) end_->event(event, number);
  });
}

void Cable::in_order(Time& channel, Duration service, std::function<void()> task) {
  const bool slow = world_.network.happens(quality.slow_chance);
  const Duration delay = world_.network.between(Duration(20), slow ? quality.slowest : usual_delay_);
  channel = std::max(channel + std::max(Duration(1), service), world_.agenda.now() + std::max(delay, service));
  world_.agenda.at(channel, std::move(task));
}

void Cable::say(std::string_view what) const { world_.trace.line("server ", id_, ": ", what); }

}  // namespace amibroker::simulation
