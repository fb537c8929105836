// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq_link.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "core/base/printable.hpp"

namespace amibroker::link {
namespace {

// Asterisk's own events have some hundred bytes; a list of 100,000 devices has about 10 MB.
constexpr std::size_t largest_event_bytes = 256 * 1024;
constexpr std::size_t largest_reply_bytes = 64 * 1024 * 1024;
constexpr Owner own_actions = std::numeric_limits<Owner>::max();
constexpr std::size_t traced_bytes = 4000;
constexpr std::size_t least_waiting = 64;

std::string label_of(const ServerConfig& config) {
  return "server '" + base::printable(config.name, 80) + "' [" + base::printable(config.section, 80) + "]";
}

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// An event that is decoded when the dispatcher asks for it.
class ZmqLink::Frame final : public ami::EventFrame {
 public:
  /// `name`: see ami::peek_event_name.
  Frame(ZmqLink& link, std::string_view json, std::string_view name) : link_(link), json_(json), name_(name) {
    if (name_.empty()) name_from_message();
  }
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] const Message* message() override {
    if (!decoded_) decode();
    return message_;
  }

 private:
  void decode() {
    decoded_ = true;
    ami::JsonDecoder& decoder = link_.fleet_.event_decoder();
    message_ = decoder.decode_event(json_);
    if (message_ == nullptr) link_.drop("an event", decoder.error(), link_.counters_.bad_frames);
  }
  void name_from_message() {
    decode();
    if (message_ == nullptr) return;
    name_ = message_->event();
    if (name_.empty()) link_.drop("an event", "it has no header Event", link_.counters_.bad_frames);
  }

  ZmqLink& link_;
  std::string_view json_;
  std::string_view name_;
  bool decoded_ = false;
  const Message* message_ = nullptr;
};

ZmqLink::ZmqLink(ZmqFleet& fleet, ServerId id, ServerConfig config)
    : fleet_(fleet),
      id_(id),
      config_(std::move(config)),
      label_(label_of(config_)),
      backoff_(timings().first_retry, timings().last_retry, id + 1),
      in_flight_(window + 2),  // a Ping and a question of our own find room in a full window
      filter_(config_.trace) {
  fleet_.all().add(*this);
}

ZmqLink::~ZmqLink() { fleet_.all().remove(*this); }

void ZmqLink::start(LinkListener& listener) {
  listener_ = &listener;
  state_ = State::waiting;
  since_ = next_step_ = loop().now();
  connect();
}

void ZmqLink::stop() {
  const bool was_up = up();
  state_ = State::stopped;
  connection_.reset();
  fail_actions();
  if (!was_up) return;
  since_ = loop().now();
  listener_->on_down(id_);
}

// --- Connection -----------------------------------------------------------------------------------------------

void ZmqLink::connect() {
  state_ = State::connecting;
  filter_.restart();
  next_step_ = loop().now() + timings().attempt;
  try {
    connection_ = std::make_unique<ZmqConnection>(
        fleet_.context(), fleet_.sockets(), config_,
        ZmqConnection::Callbacks{
            [this](std::string_view frame) { on_event(frame); }, [this](std::string_view frame) { on_reply(frame); },
            [this](std::string_view what) { drop(what, "the wire has no such message", counters_.bad_frames); },
            [this] { ping(); }, [this](std::string_view why, std::string_view remedy) { lose(why, remedy); }});
  } catch (const zmq::error_t& error) {
    lose(std::string("libzmq makes no connection to its address: ") + error.what());
  }
}

void ZmqLink::came_up(std::span<const Message> answer) {
  if (state_ != State::connecting || answer.empty() || !answer.front().find("ActionID")) return;
  state_ = State::up;
  since_ = loop().now();
  told_ = Told::nothing;
  ++counters_.connects;
  backoff_.reset();
  spdlog::info("{} is up", label_);
  ask_identity();
  listener_->on_up(id_);
}

void ZmqLink::lose(std::string_view why, std::string_view remedy) {
  const bool was_up = up();
  state_ = State::waiting;
  next_step_ = loop().now() + backoff_.next();
  ping_deadline_.reset();
  connection_.reset();
  // A server that was not there at first may refuse our key later: that is news, with something else to do.
  const Told news = remedy.empty() ? Told::is_down : Told::remedy;
  if (news > told_) {
    if (remedy.empty()) remedy = "Check that Asterisk runs and that 'zmq manager show status' there shows these ports";
    spdlog::warn("{} is down: {} ({} command port {}, event port {}); trying again at least every {} s. {}", label_,
                 why, config_.addr, config_.zmq.cmd_port, config_.zmq.evt_port, timings().last_retry.count() / 1000,
                 remedy);
    told_ = news;
  }
  if (was_up) since_ = loop().now();
  fail_actions();
  if (was_up) listener_->on_down(id_);
}

void ZmqLink::tick(Clock::time_point now) {
  switch (state_) {
    case State::stopped: return;
    case State::waiting:
      if (now >= next_step_) connect();
      return;
    case State::connecting:
      if (now >= next_step_) lose("no answer to a Ping in time");
      return;
    case State::up: break;
  }
  if (ping_deadline_ && std::exchange(heard_, false)) ping_deadline_ = now + timings().ping_timeout;
  if (ping_deadline_ && now >= *ping_deadline_) {
    lose("it does not answer any more");
    return;
  }
  expire(now);
  if (state_ == State::up && !ping_deadline_ && now >= next_ping_) ping();
}

void ZmqLink::ping() {
  const auto now = loop().now();
  next_ping_ = now + timings().ping_period;
  ping_deadline_ = now + timings().ping_timeout;
  const auto done = [this](const Reply& reply) {
    if (reply.messages.empty()) return;
    ping_deadline_.reset();
    came_up(reply.messages);
  };
  send_internal(Action("Ping"), done, *ping_deadline_);
}

void ZmqLink::ask_identity() {
  const auto done = [this](const Reply& reply) {
    if (!reply.ok()) return;
    const Message& settings = reply.messages.front();
    if (const auto version = settings.find("AsteriskVersion"))
      spdlog::info("{} is Asterisk {}, system name '{}'", label_, base::printable(*version, 80),
                   base::printable(settings["SystemName"], 80));
    fleet_.all().identify(id_, config_, settings["SystemName"]);
  };
  send_internal(Action("CoreSettings"), done, loop().now() + timings().ping_timeout);
}

// --- Actions --------------------------------------------------------------------------------------------------

void ZmqLink::request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) {
  ActionEncoder& encoder = fleet_.encoder();
  if (!encoder.prepare(action, last_action_id_)) {
    finish_later(owner, std::move(done), Outcome::refused, encoder.refusal());
    return;
  }
  if (!up() || waiting_.size() >= queue_limit) {
    finish_later(owner, std::move(done), Outcome::not_sent,
                 up() ? "too many actions wait for this server" : "the server is down");
    return;
  }
  last_action_id_ = encoder.action_id();
  if (waiting_.full()) waiting_.set_capacity(std::max(least_waiting, 2 * waiting_.capacity()));
  waiting_.push_back({{last_action_id_, loop().now() + timeout, owner, false, std::move(done)}, encoder.message()});
  act_at_end_of_round();
}

void ZmqLink::set_interest(const Interest& interest) {
  filter_.set_interest(interest);
  act_at_end_of_round();
}

void ZmqLink::send_internal(const Action& action, Completion done, Clock::time_point deadline) {
  ActionEncoder& encoder = fleet_.encoder();
  if (in_flight_.full() || !encoder.prepare(action, last_action_id_)) return;
  last_action_id_ = encoder.action_id();
  send_now({last_action_id_, deadline, own_actions, false, std::move(done)}, encoder.message());
}

void ZmqLink::send_now(Pending&& pending, zmq::message_t json) {
  if (config_.trace) trace("->", {json.data<char>(), json.size()});
  if (!connection_->send(json)) {  // its loss is known in a moment
    finish_later(pending.owner, std::move(pending.done), Outcome::not_sent, "the connection was lost");
    return;
  }
  ++counters_.actions;
  in_flight_.push(std::move(pending));
}

void ZmqLink::act_at_end_of_round() {
  if (std::exchange(acts_at_end_of_round_, true)) return;
  fleet_.all().at_end_of_round(*this);
}

void ZmqLink::end_round() {
  acts_at_end_of_round_ = false;
  // First, because what plugins ask for then goes out in the same round.
  tell_loss();
  adjust_subscriptions();
  send_waiting();
}

void ZmqLink::adjust_subscriptions() {
  if (connection_ == nullptr) return;
  if (const auto topics = filter_.take_topics()) connection_->subscribe(*topics);
  if (filter_.held_by_old_module() && !std::exchange(old_module_told_, true))
    spdlog::info(
        "{} has an older build of res_zmq_manager, which does not number events by name: it sends all events, "
        "for a loss could not be noticed otherwise. The present module makes it send only those that plugins "
        "want",
        label_);
}

void ZmqLink::send_waiting() {
  while (up() && !waiting_.empty() && in_flight_.size() < window) {
    Waiting& next = waiting_.front();
    send_now(std::move(next.pending), std::move(next.json));
    waiting_.pop_front();
  }
}

void ZmqLink::expire(Clock::time_point now) {
  std::vector<Pending> ended;
  in_flight_.expire(now, ended);
  counters_.timeouts += ended.size();
  for (Pending& pending : ended) finish(pending, {Outcome::unknown, "no answer in time", {}});
  std::vector<Pending> never_sent;
  const auto kept = std::stable_partition(waiting_.begin(), waiting_.end(),
                                          [&](const Waiting& waiting) { return waiting.pending.deadline > now; });
  for (auto waiting = kept; waiting != waiting_.end(); ++waiting) never_sent.push_back(std::move(waiting->pending));
  waiting_.erase(kept, waiting_.end());
  for (Pending& pending : never_sent)
    finish(pending, {Outcome::not_sent, "earlier actions on this server took too long", {}});
}

void ZmqLink::fail_actions() {
  std::vector<Pending> sent;
  in_flight_.clear(sent);
  boost::circular_buffer<Waiting> never_sent;
  never_sent.swap(waiting_);
  for (Pending& pending : sent)
    if (!pending.expired) finish(pending, {Outcome::unknown, "the connection was lost before the answer", {}});
  for (Waiting& waiting : never_sent) finish(waiting.pending, {Outcome::not_sent, "the connection was lost", {}});
}

void ZmqLink::finish(Pending& pending, const Reply& reply) {
  if (pending.owner == own_actions) {
    pending.done(reply);
  } else {
    listener_->on_reply(id_, pending.owner, pending.done, reply);
  }
}

void ZmqLink::finish_later(Owner owner, Completion done, Outcome outcome, std::string text) {
  loop().post([this, owner, done = std::move(done), outcome, text = std::move(text)] {
    Pending pending{0, {}, owner, false, done};
    finish(pending, {outcome, text, {}});
  });
}

// --- Input ----------------------------------------------------------------------------------------------------

void ZmqLink::on_event(std::string_view json) {
  ++counters_.events;
  if (config_.trace) trace("<-", json);
  // Before anything is dropped: an event that arrived is not missing, whatever is wrong with it.
  const std::string_view name = ami::peek_event_name(json);
  if (filter_.see(json, name)) act_at_end_of_round();
  if (json.size() > largest_event_bytes) {
    drop("an event", "it has " + std::to_string(json.size()) + " bytes", counters_.bad_frames);
    return;
  }
  Frame frame(*this, json, name);
  if (!frame.name().empty()) listener_->on_event(id_, frame);
}

void ZmqLink::tell_loss() {
  const auto count = filter_.take_loss();
  if (!count) return;
  counters_.lost_events += *count;
  if (const auto held_back = loss_limit_.allow(loop().now()))
    spdlog::warn(
        "{}: {} lost between its module and the broker, so what is known of its states may be old; the "
        "plugins are told, to ask for them again ({} more losses since the last line). If it goes on, look "
        "at the network, at the load of both machines, and at 'zmq manager show status' there",
        label_,
        *count == 0 ? "its events are numbered anew, and an unknown number was"
                    : "at least " + std::to_string(*count) + " of its events were",
        *held_back);
  // A server that is down says it all: plugins know nothing of it until it is up again.
  if (up()) listener_->on_events_lost(id_, *count);
}

void ZmqLink::on_reply(std::string_view json) {
  if (config_.trace) trace("<-", json);
  if (json.size() > largest_reply_bytes) {
    drop("a reply", "it has " + std::to_string(json.size()) + " bytes", counters_.bad_frames);
    return;
  }
  const auto messages = fleet_.reply_decoder().decode_reply(json);
  if (messages.empty()) {
    drop("a reply", fleet_.reply_decoder().error(), counters_.bad_frames);
    return;
  }
  heard_ = true;
  const auto id_text = messages.front().find("ActionID");
  const auto action_id = id_text ? number(*id_text) : std::nullopt;
  std::vector<Pending> passed_over;
  auto pending = id_text && !action_id ? std::nullopt : in_flight_.match(action_id, passed_over);
  if (!pending) {
    drop("a reply", "it answers nothing that was asked", counters_.stray_replies);
    return;
  }
  for (Pending& lost : passed_over) {
    if (lost.expired) continue;
    ++counters_.lost_replies;
    // The decoder's messages stay valid: nothing is decoded before the answer is given below.
    finish(lost, {Outcome::unknown, "the server answered later actions, but not this one", {}});
  }
  answer(*pending, messages);
  if (!waiting_.empty()) act_at_end_of_round();
}

void ZmqLink::answer(Pending& pending, std::span<const Message> messages) {
  if (pending.expired) {
    drop("a reply", "it came too late", counters_.late_replies);
    return;
  }
  ++counters_.replies;
  Reply reply{Outcome::success, messages.front()["Message"], messages};
  // The original module splits an error into two objects: the second holds the message.
  if (reply.text.empty() && messages.size() > 1 && messages[1].size() == 1) reply.text = messages[1]["Message"];
  const auto response = messages.front().find("Response");
  if (!response || same_name(*response, "Error")) reply.outcome = Outcome::error;
  finish(pending, reply);
}

void ZmqLink::drop(std::string_view what, std::string_view why, std::uint64_t& counter) {
  ++counter;
  const auto held_back = bad_input_limit_.allow(loop().now());
  if (!held_back) return;
  spdlog::warn(
      "{} sent {} that was dropped: {}; {} more such messages since the last line. If it goes on, check "
      "which module and version answers there (ami_trace = yes shows every message)",
      label_, what, why, *held_back);
}

void ZmqLink::trace(std::string_view direction, std::string_view json) const {
  spdlog::info("{} {} {}", label_, direction, base::printable(json, traced_bytes));
}

}  // namespace amibroker::link
