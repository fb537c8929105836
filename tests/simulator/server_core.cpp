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

EventNumbers EventNumbering::next(const Fields& event) {
  EventNumbers numbers{.sequence = ++sequence_};
  if (event.empty() || event.front().first != "Event") return numbers;
  OfName& name = names_[event.front().second];
  numbers.name_sequence = ++name.count;
  numbers.name_previous = std::exchange(name.last, numbers.sequence);
  return numbers;
}

ServerCore::ServerCore(std::size_t index, ServerOptions options, Signal& signal)
    : shared{.asterisk = Asterisk(options.asterisk)}, index_(index), options_(std::move(options)), signal_(signal) {
  if (options_.transport == Transport::ami) {
    ami_.emplace(options_.ami);
  } else {
    zmq_.emplace(options_.command_port, options_.event_port, options_.curve);
  }
}

bool ServerCore::is_open() const { return ami_ ? ami_->is_open() : zmq_->is_open(); }

std::vector<int> ServerCore::descriptors() {
  if (!is_open()) return {};
  if (ami_) return {ami_->descriptor()};
  return {zmq_->command_descriptor(), zmq_->event_descriptor()};
}

void ServerCore::show_ami() {
  if (!ami_) return;
  {
    const std::lock_guard lock(mutex);
    shared.ami = ami_->state();
  }
  signal_.bump();
}

void ServerCore::start(zmq::context_t& context) {
  if (ami_) {
    ami_->open();
  } else {
    zmq_->open(context);
  }
  ++generation_;
  numbering_ = {};
  if (options_.announce_after) announce_at_ = Clock::now() + *options_.announce_after;
  set_life(Life::alive);
}

void ServerCore::set_life(Life life) {
  {
    const std::lock_guard lock(mutex);
    shared.life = life;
    shared.topics.clear();
    shared.asked = false;
  }
  signal_.bump();
}

void ServerCore::begin_death() {
  if (!is_open()) return;
  if (ami_) {
    ami_->close();
    show_ami();
  } else {
    zmq_->close();
  }
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
  if (!(ami_ ? ami_->refuses() : zmq_->refuses())) {
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
  if (const auto ami = ami_ ? ami_->due() : std::nullopt) consider(*ami);
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
  if (ami_) ami_->on_time(now);
  show_ami();
  signal_.bump();
}

bool ServerCore::work(Observer* observer) {
  if (!is_open()) return false;
  if (ami_) ami_->work();
  if (zmq_ && zmq_->read_subscriptions()) {
    {
      const std::lock_guard lock(mutex);
      shared.topics = zmq_->topics();
    }
    signal_.bump();
  }
  int done = 0;
  while (done < kBatch && is_open() && !waiting_ && !late_) {
    auto request = receive();
    if (!request) break;
    accept(std::move(*request), observer);
    ++done;
  }
  if (done > 0) signal_.bump();
  show_ami();
  return is_open() && has_more();
}

std::optional<ServerCore::Incoming> ServerCore::receive() {
  if (ami_) return ami_->receive();
  return zmq_->receive();
}

bool ServerCore::has_more() {
  const bool held = waiting_ || late_;
  if (ami_) return ami_->has_actions() && !held;
  // Both are asked in any case: it rearms the descriptors.
  const bool actions = zmq_->has_actions();
  const bool subscriptions = zmq_->has_subscriptions();
  return subscriptions || (actions && !held);
}

void ServerCore::accept(Incoming request, Observer* observer) {
  if (faults_.delay() > std::chrono::milliseconds::zero()) {
    held_until_ = Clock::now() + faults_.delay();
    waiting_ = std::move(request);
  } else {
    carry_out(request, observer);
  }
}

void ServerCore::carry_out(const Incoming& request, Observer* observer) {
  auto result = run(request, observer);
  if (result.crashed) return begin_death();
  answer(request, result);
  if (ami_) ami_->finish(std::get<AmiRequest>(request), result);
  publish_all(result.events);
}

ActionResult ServerCore::run(const Incoming& request, Observer* observer) {
  ActionResult result;
  Clock::time_point time;
  {
    const std::lock_guard lock(mutex);
    result = ami_ ? ami_->act(shared.asterisk, std::get<AmiRequest>(request))
                  : run_action(shared.asterisk, options_.module, std::get<Request>(request).body);
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

void ServerCore::answer(const Incoming& request, ActionResult& result) {
  auto plan = faults_.next_reply();
  if (plan.fault == ReplyFault::lost) {
    const std::lock_guard lock(mutex);
    ++shared.counters.replies_lost;
    return;
  }
  Reply reply{request, {}};
  if (plan.fault == ReplyFault::raw) {
    reply.frames = std::move(plan.frames);
  } else {
    change_action_id(result.replies, plan.fault);
    reply.frames = frames_of(result);
  }
  if (plan.fault == ReplyFault::late) {
    held_until_ = Clock::now() + plan.delay;
    late_ = std::move(reply);
    return;
  }
  send_reply(reply);
  if (plan.fault == ReplyFault::duplicated) send_reply(reply);
}

std::vector<std::string> ServerCore::frames_of(const ActionResult& result) const {
  if (ami_) {
    std::vector<std::string> texts;
    for (const auto& message : result.replies) texts.push_back(ami_text(message));
    return texts;
  }
  if (result.replies.empty()) return {refusal_frame(options_.module, result.action_id, result.refusal)};
  return {reply_frame(options_.module, result.replies)};
}

void ServerCore::send_reply(const Reply& reply) {
  if (ami_) {
    std::string text;
    for (const auto& frame : reply.frames) text += frame;
    ami_->reply(std::get<AmiRequest>(reply.request), text);
  } else {
    zmq_->reply(std::get<Request>(reply.request), reply.frames);
  }
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

void ServerCore::set_mailbox(std::string_view mailbox, const MessageCounts& counts) {
  std::vector<Fields> events;
  {
    const std::lock_guard lock(mutex);
    events = shared.asterisk.set_mailbox(mailbox, counts);
  }
  publish_all(events);
}

void ServerCore::publish_all(const std::vector<Fields>& events) {
  for (const auto& event : events) publish(event);
}

void ServerCore::publish(const Fields& event) {
  const std::string_view name = value_of(event, "Event");
  if (ami_) {
    send_event(name, [&] { ami_->publish(event); });
    return show_ami();
  }
  const auto frame = event_frame(options_.module, event, numbering_.next(event));
  send_event(name, [&] { zmq_->publish(frame); });
}

void ServerCore::publish_load_zmq() {
  if (ami_) return;
  const auto frame = load_zmq_frame(options_.module, numbering_.next({{"Event", "LoadZmq"}}));
  send_event("LoadZmq", [&] { zmq_->publish(frame); });
}

template <class Send>
void ServerCore::send_event(std::string_view name, Send send) {
  const bool lost = !is_open() || faults_.loses_event(name);
  if (!lost) send();
  const std::lock_guard lock(mutex);
  ++(lost ? shared.counters.events_lost : shared.counters.events);
}

void ServerCore::publish_raw(const std::vector<std::string>& frames) {
  if (zmq_ && zmq_->is_open()) zmq_->publish(frames);
}

}  // namespace amibroker::sim
