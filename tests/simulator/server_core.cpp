// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/server_core.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

constexpr int kBatch = 64;  // actions of one server before the others have their turn
constexpr std::chrono::milliseconds kPortRetry{1};

void change_action_id(std::vector<Fields>& replies, ReplyFault fault) {
  for (auto& fields : replies) {
    if (fault == ReplyFault::without_action_id) {
      std::erase_if(fields, [](const auto& field) { return field.first == "ActionID"; });
    } else if (fault == ReplyFault::other_action_id) {
      for (auto& [name, value] : fields) {
        if (name == "ActionID") value.insert(0, "other-");
      }
    }
  }
}

}  // namespace

ServerCore::ServerCore(std::size_t index, ServerOptions options, Signal& signal)
    : shared{.asterisk = Asterisk(options.asterisk)},
      index_(index),
      options_(std::move(options)),
      signal_(signal),
      endpoint_(options_.command_port, options_.event_port) {}

void ServerCore::start(zmq::context_t& context) {
  endpoint_.open(context);
  ++generation_;
  sequence_ = 0;
  if (options_.announce_after) announce_at_ = Clock::now() + *options_.announce_after;
  set_life(Life::alive);
}

void ServerCore::set_life(Life life) {
  {
    const std::lock_guard lock(mutex);
    shared.life = life;
    shared.subscribed = false;
    shared.asked = false;
  }
  signal_.bump();
}

void ServerCore::begin_death() {
  if (!endpoint_.is_open()) return;
  endpoint_.close();
  ++generation_;
  waiting_.reset();
  late_.reset();
  announce_at_.reset();
  retry_at_ = Clock::now();
  set_life(Life::dying);
}

void ServerCore::begin_restart() {
  restart_wanted_ = true;
  begin_death();
  retry_at_ = Clock::now();
}

// libzmq lets go of a port some time after the socket was closed, so both ways are tried until they work.
void ServerCore::live_on(zmq::context_t& context, Clock::time_point now) {
  if (!endpoint_.refuses()) {
    retry_at_ = now + kPortRetry;
    return;
  }
  retry_at_.reset();
  if (!restart_wanted_) return set_life(Life::dead);
  restart_wanted_ = false;
  {
    const std::lock_guard lock(mutex);
    shared.asterisk.restart();
  }
  start(context);
}

std::optional<Clock::time_point> ServerCore::due() const {
  std::optional<Clock::time_point> first = retry_at_;
  const auto consider = [&](Clock::time_point time) { first = first ? std::min(*first, time) : time; };
  if (announce_at_) consider(*announce_at_);
  if (waiting_ || late_) consider(held_until_);
  return first;
}

void ServerCore::on_time(zmq::context_t& context, Clock::time_point now, Observer* observer) {
  if (retry_at_ && *retry_at_ <= now) live_on(context, now);
  if (announce_at_ && *announce_at_ <= now) {
    announce_at_.reset();
    publish_load_zmq();
  }
  if ((waiting_ || late_) && held_until_ <= now) {
    if (waiting_) {
      carry_out(*std::exchange(waiting_, std::nullopt), observer);
    } else {
      send_reply(*std::exchange(late_, std::nullopt));
    }
  }
  signal_.bump();
}

bool ServerCore::work(Observer* observer) {
  if (!endpoint_.is_open()) return false;
  if (endpoint_.read_subscriptions()) {
    {
      const std::lock_guard lock(mutex);
      shared.subscribed = !endpoint_.topics().empty();
    }
    signal_.bump();
  }
  int done = 0;
  while (done < kBatch && endpoint_.is_open() && !waiting_ && !late_) {
    auto request = endpoint_.receive();
    if (!request) break;
    accept(std::move(*request), observer);
    ++done;
  }
  if (done > 0) signal_.bump();
  if (!endpoint_.is_open()) return false;
  // Both are asked in any case: it rearms the descriptors.
  const bool actions = endpoint_.has_actions();
  const bool subscriptions = endpoint_.has_subscriptions();
  return subscriptions || (actions && !waiting_ && !late_);
}

void ServerCore::accept(Request request, Observer* observer) {
  if (faults_.delay() > std::chrono::milliseconds::zero()) {
    held_until_ = Clock::now() + faults_.delay();
    waiting_ = std::move(request);
  } else {
    carry_out(request, observer);
  }
}

void ServerCore::carry_out(const Request& request, Observer* observer) {
  auto result = run(request.body, observer);
  if (result.crashed) return begin_death();
  answer(request, result);
  publish_all(result.events);
}

ActionResult ServerCore::run(const std::string& body, Observer* observer) {
  ActionResult result;
  Clock::time_point time;
  {
    const std::lock_guard lock(mutex);
    result = run_action(shared.asterisk, options_.module, body);
    time = Clock::now();
    shared.asked = true;
    auto& counters = shared.counters;
    const auto known = counters.actions.find(result.name);
    ++(known != counters.actions.end() ? known->second : counters.actions[result.name]);
    if (result.error) ++counters.errors;
    if (result.crashed) ++counters.crashes;
    if (!result.written_key.empty()) {
      ++counters.writes;
      if (!result.changed) ++counters.writes_unchanged;
      if (options_.keep_history) shared.history.push_back({time, result.written_key, result.written_value});
    }
  }
  if (observer && !result.written_key.empty()) {
    observer->on_write(index_, result.written_key, result.written_value, time);
  }
  return result;
}

void ServerCore::answer(const Request& request, ActionResult& result) {
  auto plan = faults_.next_reply();
  if (plan.fault == ReplyFault::lost) {
    const std::lock_guard lock(mutex);
    ++shared.counters.replies_lost;
    return;
  }
  Reply reply{request, {}};
  if (plan.fault == ReplyFault::raw) {
    reply.frames = std::move(plan.frames);
  } else if (result.replies.empty()) {
    reply.frames = {refusal_frame(options_.module, result.action_id, result.refusal)};
  } else {
    change_action_id(result.replies, plan.fault);
    reply.frames = {reply_frame(options_.module, result.replies)};
  }
  if (plan.fault == ReplyFault::late) {
    held_until_ = Clock::now() + plan.delay;
    late_ = std::move(reply);
    return;
  }
  send_reply(reply);
  if (plan.fault == ReplyFault::duplicated) send_reply(reply);
}

void ServerCore::send_reply(const Reply& reply) {
  endpoint_.reply(reply.request, reply.frames);
  const std::lock_guard lock(mutex);
  ++shared.counters.replies;
}

void ServerCore::set_device(std::string_view device, DeviceState state, Observer* observer) {
  std::vector<Fields> events;
  {
    const std::lock_guard lock(mutex);
    events = shared.asterisk.set_device(device, state);
  }
  if (observer && !events.empty()) observer->on_change(index_, device, state, Clock::now());
  publish_all(events);
}

void ServerCore::set_presence(std::string_view presentity, const Presence& presence) {
  std::vector<Fields> events;
  {
    const std::lock_guard lock(mutex);
    events = shared.asterisk.set_presence(presentity, presence);
  }
  publish_all(events);
}

void ServerCore::publish_all(const std::vector<Fields>& events) {
  for (const auto& event : events) publish(event);
}

void ServerCore::publish(const Fields& event) { send_event(event_frame(options_.module, event, ++sequence_)); }

void ServerCore::publish_load_zmq() { send_event(load_zmq_frame(options_.module, ++sequence_)); }

void ServerCore::send_event(const std::string& frame) {
  const bool lost = !endpoint_.is_open() || faults_.loses_event();
  if (!lost) endpoint_.publish(frame);
  const std::lock_guard lock(mutex);
  ++(lost ? shared.counters.events_lost : shared.counters.events);
}

void ServerCore::publish_raw(const std::vector<std::string>& frames) {
  if (endpoint_.is_open()) endpoint_.publish(frames);
}

}  // namespace amibroker::sim
