// SPDX-License-Identifier: Apache-2.0
#include "core/link/ami_link.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/ami/action_check.hpp"
#include "core/ami/printable.hpp"
#include "core/ami/text_encoder.hpp"
#include "core/link/ami_interest.hpp"
#include "core/link/ami_login.hpp"
#include "core/link/refused_actions.hpp"

namespace amibroker::link {
namespace {

constexpr Owner own_actions = std::numeric_limits<Owner>::max();
constexpr std::size_t traced_bytes = 4000;
constexpr std::size_t longest_name = 80;

std::string label_of(const ServerConfig& config) {
  return "server '" + ami::printable(config.name, longest_name) + "' [" + ami::printable(config.section, longest_name) +
         "]";
}

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// An event that is decoded when the dispatcher asks for it.
class AmiLink::Frame final : public ami::EventFrame {
 public:
  Frame(AmiLink& link, std::string_view text) : link_(link), text_(text), name_(ami::peek_text_event(text)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] const Message* message() override {
    if (std::exchange(decoded_, true)) return message_;
    message_ = link_.fleet_.event_decoder().decode(text_);
    if (message_ == nullptr) link_.drop("an event", link_.fleet_.event_decoder().error(), link_.counters_.bad_frames);
    return message_;
  }

 private:
  AmiLink& link_;
  std::string_view text_;
  std::string_view name_;
  bool decoded_ = false;
  const Message* message_ = nullptr;
};

AmiLink::AmiLink(AmiFleet& fleet, ServerId id, ServerConfig config)
    : fleet_(fleet),
      id_(id),
      config_(std::move(config)),
      label_(label_of(config_)),
      backoff_(timings().first_retry, timings().last_retry, id + 1),
      login_backoff_(timings().first_login_retry, timings().last_login_retry, id + 1) {
  fleet_.all().add(*this);
}

AmiLink::~AmiLink() { fleet_.all().remove(*this); }

void AmiLink::start(LinkListener& listener) {
  listener_ = &listener;
  since_ = loop().now();
  connect();
}

void AmiLink::stop() {
  const bool was_up = up();
  state_ = State::stopped;
  connection_.reset();
  fail_actions();
  if (!was_up) return;
  since_ = loop().now();
  listener_->on_down(id_);
}

// --- Session --------------------------------------------------------------------------------------------------

void AmiLink::connect() {
  state_ = State::connecting;
  greeted_ = logged_in_ = heard_ = false;
  asked_names_.clear();
  ping_deadline_.reset();
  next_step_ = loop().now() + timings().attempt;
  try {
    connection_ = std::make_unique<AmiConnection>(
        loop(), config_,
        AmiConnection::Callbacks{[this](const ami::TextFramer::Piece& piece) { on_piece(piece); },
                                 [this](std::string_view why, bool is_distrusted) {
                                   lose(is_distrusted ? Loss::refusal : Loss::connection, why);
                                 }});
  } catch (const std::runtime_error& error) {
    lose(Loss::connection, error.what());
  }
}

void AmiLink::on_banner(std::string_view line) {
  if (!is_ami_banner(line)) {
    lose(Loss::connection,
         "what answers on this port is no manager interface: it says '" + ami::printable(line, longest_name) + "'");
    return;
  }
  greeted_ = true;
  send_internal(challenge_action(), [this](const Reply& reply) { log_in(reply); });
}

void AmiLink::log_in(const Reply& challenge) {
  if (challenge.messages.empty()) return;  // the session ended
  const Message& answer = challenge.messages.front();
  asked_mask_ = event_mask_of(wanted());
  if (const auto text = answer.find("Challenge")) {
    try {
      return send_internal(challenge_login(config_.ami, *text, asked_mask_),
                           [this](const Reply& reply) { logged_in(reply); });
    } catch (const std::runtime_error& error) {
      if (!may_send_secret(config_.ami)) return lose(Loss::refusal, error.what());
    }
  }
  if (!may_send_secret(config_.ami))
    return lose(Loss::refusal, "it gives no challenge (" + ami::printable(challenge.text, longest_name) +
                                 "), and without one the secret would be sent readable: write tls = yes, or plain_login = "
                                 "yes where nobody else can listen");
  send_internal(plain_login(config_.ami, asked_mask_), [this](const Reply& reply) { logged_in(reply); });
}

void AmiLink::logged_in(const Reply& reply) {
  if (reply.messages.empty()) return;  // the session ended
  if (!reply.ok())
    return lose(Loss::refusal, "it refuses the login of '" + ami::printable(config_.ami.username, longest_name) + "' (" +
                                 ami::printable(reply.text, longest_name) + "): " +
                                 std::string(remedy_of_refusal(reply.text)));
  logged_in_ = true;
  ask_for_events();
  // Behind the filters, so that what the login itself brings (FullyBooted) is over when plugins hear of the server.
  ping();
}

void AmiLink::came_up() {
  if (state_ != State::connecting || !logged_in_) return;
  state_ = State::up;
  since_ = loop().now();
  reported_.reset();
  ++counters_.connects;
  backoff_.reset();
  login_backoff_.reset();
  spdlog::info("{} is up", label_);
  ask_identity();
  listener_->on_up(id_);
}

void AmiLink::lose(Loss kind, std::string_view why) {
  const bool was_up = up();
  state_ = State::waiting;
  logged_in_ = false;
  const auto wait = kind == Loss::own_wish ? std::chrono::milliseconds(0)
                    : kind == Loss::refusal  ? login_backoff_.next()
                                           : backoff_.next();
  next_step_ = loop().now() + wait;
  ping_deadline_.reset();
  log_loss(kind, why, was_up);
  connection_.reset();
  if (was_up) since_ = loop().now();
  fail_actions();
  if (was_up) listener_->on_down(id_);
}

void AmiLink::log_loss(Loss kind, std::string_view why, bool was_up) {
  if (!was_up && reported_ == kind) return;
  reported_ = kind;
  switch (kind) {
    case Loss::own_wish: spdlog::info("{} is connected anew: {}", label_, why); return;
    case Loss::refusal:
      spdlog::error("{} cannot be used: {} ({} port {}); trying again in {} to {} s", label_, why, config_.addr,
                    config_.ami.port, timings().first_login_retry.count() / 2000,
                    timings().last_login_retry.count() / 1000);
      return;
    case Loss::connection: break;
  }
  spdlog::warn("{} is down: {} ({} port {}{}); trying again at least every {} s. Check that Asterisk runs and that its "
               "manager.conf has enabled = yes and this {}",
               label_, why, config_.addr, config_.ami.port, config_.ami.tls ? ", TLS" : "",
               timings().last_retry.count() / 1000, config_.ami.tls ? "tlsbindaddr with tlsenable = yes" : "port");
}

void AmiLink::tick(Clock::time_point now) {
  switch (state_) {
    case State::stopped: return;
    case State::waiting:
      if (now >= next_step_) connect();
      return;
    case State::connecting:
      if (now >= next_step_)
        lose(Loss::connection, greeted_ ? "it did not answer the login in time"
                                        : "it said nothing in time, neither yes nor no (is tls set as it is there?)");
      return;
    case State::up: break;
  }
  if (ping_deadline_ && std::exchange(heard_, false)) ping_deadline_ = now + timings().ping_timeout;
  if (ping_deadline_ && now >= *ping_deadline_) return lose(Loss::connection, "it does not answer any more");
  expire(now);
  if (state_ == State::up && !ping_deadline_ && now >= next_ping_) ping();
}

void AmiLink::ping() {
  const auto now = loop().now();
  next_ping_ = now + timings().ping_period;
  ping_deadline_ = now + timings().ping_timeout;
  send_internal(Action("Ping"), [this](const Reply& reply) {
    if (reply.messages.empty()) return;
    ping_deadline_.reset();
    came_up();
  });
}

void AmiLink::ask_identity() {
  send_internal(Action("CoreSettings"), [this](const Reply& reply) {
    if (!reply.ok()) return;  // needs the class system or reporting, and is only for people
    const Message& settings = reply.messages.front();
    if (const auto version = settings.find("AsteriskVersion"))
      spdlog::info("{} is Asterisk {}, system name '{}'", label_, ami::printable(*version, longest_name),
                   ami::printable(settings["SystemName"], longest_name));
    fleet_.all().identify(id_, config_, settings["SystemName"]);
  });
}

// --- Wanted events --------------------------------------------------------------------------------------------

Interest AmiLink::wanted() const { return config_.trace ? Interest{.all = true} : interest_; }

void AmiLink::set_interest(const Interest& interest) {
  interest_ = interest;
  if (!logged_in_) return;
  if (!wanted().all || asked_names_.empty()) return ask_for_events();
  // Not from inside the call of a plugin, for it would be told that the server is down.
  loop().post([this] {
    if (logged_in_ && wanted().all && !asked_names_.empty())
      lose(Loss::own_wish, "plugins want all events now, and a session keeps its filters for life");
  });
}

void AmiLink::ask_for_events() {
  const Interest interest = wanted();
  std::string mask = event_mask_of(interest);
  if (mask != asked_mask_) {
    asked_mask_ = std::move(mask);
    send_internal(Action("Events").add("EventMask", asked_mask_), nullptr);
  }
  ask_for_filters(interest);
}

void AmiLink::ask_for_filters(const Interest& interest) {
  Interest more;
  std::set_difference(interest.names.begin(), interest.names.end(), asked_names_.begin(), asked_names_.end(),
                      std::back_inserter(more.names));
  for (const std::string& filter : event_filters_of(more))
    send_internal(Action("Filter").add("Operation", "Add").add("Filter", filter), [this](const Reply& reply) {
      if (reply.outcome != Outcome::error || std::exchange(told_unfiltered_, true)) return;
      spdlog::info("{} sends more events than are needed, which the broker throws away: its account may not filter ({}). "
                   "Where it is busy, give the account write = system, or eventfilter lines in manager.conf",
                   label_, ami::printable(reply.text, longest_name));
    });
  asked_names_.insert(asked_names_.end(), more.names.begin(), more.names.end());
  std::sort(asked_names_.begin(), asked_names_.end());
}

// --- Actions --------------------------------------------------------------------------------------------------

void AmiLink::request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) {
  if (const auto why = refusal_over_ami(action.name()); !why.empty())
    return finish_later(owner, std::move(done), Outcome::refused, std::string(action.name()) + ": " + std::string(why));
  if (!ami::may_be_sent(action, refusal_)) return finish_later(owner, std::move(done), Outcome::refused, refusal_);
  if (!up() || waiting_.size() >= queue_limit)
    return finish_later(owner, std::move(done), Outcome::not_sent,
                        up() ? "too many actions wait for this server" : "the server is down");
  text_.clear();
  ami::encode_text(action, ++last_action_id_, text_);
  Pending pending{last_action_id_, loop().now() + timeout, owner, false, std::move(done)};
  if (waiting_.empty() && answers_.size() < window)
    send(std::move(pending), text_);
  else
    waiting_.push_back({std::move(pending), text_});
}

void AmiLink::send_internal(const Action& action, Completion done) {
  text_.clear();
  ami::encode_text(action, ++last_action_id_, text_);
  send({last_action_id_, loop().now() + timings().ping_timeout, own_actions, false, std::move(done)}, text_);
}

void AmiLink::send(Pending&& pending, std::string_view text) {
  if (config_.trace) trace("->", text);
  connection_->output().append(text);
  ++counters_.actions;
  answers_.push(std::move(pending));
  act_at_end_of_round();
}

void AmiLink::act_at_end_of_round() {
  if (std::exchange(acts_at_end_of_round_, true)) return;
  fleet_.all().at_end_of_round(*this);
}

void AmiLink::end_round() {
  acts_at_end_of_round_ = false;
  if (!connection_) return;
  while (!waiting_.empty() && answers_.size() < window) {
    send(std::move(waiting_.front().pending), waiting_.front().text);
    waiting_.pop_front();
  }
  connection_->flush();
}

void AmiLink::expire(Clock::time_point now) {
  std::vector<Pending> ended;
  answers_.expire(now, ended);
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

void AmiLink::fail_actions() {
  std::vector<Pending> sent;
  answers_.clear(sent);
  const std::deque<Waiting> never_sent = std::exchange(waiting_, {});
  for (Pending& pending : sent) finish(pending, {Outcome::unknown, "the connection was lost before the answer", {}});
  for (Waiting waiting : never_sent) finish(waiting.pending, {Outcome::not_sent, "the connection was lost", {}});
}

void AmiLink::finish(Pending& pending, const Reply& reply) {
  if (pending.owner != own_actions) return listener_->on_reply(id_, pending.owner, pending.done, reply);
  if (pending.done) pending.done(reply);
}

void AmiLink::finish_later(Owner owner, Completion done, Outcome outcome, std::string text) {
  loop().post([this, owner, done = std::move(done), outcome, text = std::move(text)] {
    Pending pending{0, {}, owner, false, done};
    finish(pending, {outcome, text, {}});
  });
}

// --- Input ----------------------------------------------------------------------------------------------------

void AmiLink::on_piece(const ami::TextFramer::Piece& piece) {
  using Kind = ami::TextFramer::Kind;
  heard_ = true;
  if (config_.trace && piece.kind != Kind::bad) trace("<-", piece.text);
  switch (piece.kind) {
    case Kind::incomplete: return;
    case Kind::banner: return on_banner(piece.text);
    case Kind::event: return on_event(piece.text);
    case Kind::reply: return on_reply(piece.text);
    case Kind::bad: break;
  }
  if (!greeted_) return lose(Loss::connection, "what answers on this port is no manager interface");
  drop("a message", piece.why, counters_.bad_frames);
}

void AmiLink::on_event(std::string_view text) {
  if (answers_.collects()) {
    const auto action_id = number(ami::peek_action_id(text));
    if (action_id && answers_.is_list(*action_id)) return on_list_item(*action_id, text);
  }
  ++counters_.events;
  Frame frame(*this, text);
  if (frame.name().empty()) return drop("an event", "its header Event is empty", counters_.bad_frames);
  listener_->on_event(id_, frame);
}

void AmiLink::on_list_item(std::uint64_t action_id, std::string_view text) {
  const Message* item = fleet_.event_decoder().decode(text);
  const std::string_view state = item != nullptr ? (*item)["EventList"] : std::string_view();
  const bool is_last = same_name(state, "Complete") || same_name(state, "Cancelled");
  if (auto ended = answers_.add_item(action_id, text, is_last)) answer(*ended);
}

void AmiLink::on_reply(std::string_view text) {
  const Message* reply = fleet_.reply_decoder().decode(text);
  if (reply == nullptr) return drop("a reply", fleet_.reply_decoder().error(), counters_.bad_frames);
  const auto action_id = number((*reply)["ActionID"]);
  bool is_known = false;
  auto ended = action_id ? answers_.answer(*action_id, text, same_name((*reply)["EventList"], "start"), is_known)
                         : std::nullopt;
  if (!is_known) return drop("a reply", "it answers nothing that was asked", counters_.stray_replies);
  if (ended) answer(*ended);
}

void AmiLink::answer(AmiAnswers::Ended& ended) {
  if (!waiting_.empty()) act_at_end_of_round();
  if (ended.pending.expired) return drop("a reply", "it came too late", counters_.late_replies);
  if (ended.too_large) {
    drop("a list", "it is too long", counters_.bad_frames);
    return finish(ended.pending, {Outcome::unknown, "its answer is too long", {}});
  }
  ++counters_.replies;
  const auto messages = fleet_.reply_decoder().decode_list(ended.text, ended.ends);
  if (messages.empty()) return finish(ended.pending, {Outcome::unknown, "its answer cannot be read", {}});
  Reply reply{Outcome::success, messages.front()["Message"], messages};
  if (same_name(messages.front()["Response"], "Error")) reply.outcome = Outcome::error;
  finish(ended.pending, reply);
}

void AmiLink::drop(std::string_view what, std::string_view why, std::uint64_t& counter) {
  ++counter;
  const auto held_back = bad_input_limit_.allow(loop().now());
  if (!held_back) return;
  spdlog::warn("{} sent {} that was dropped: {}; {} more such messages since the last line. If it goes on, check what "
               "answers there (ami_trace = yes shows every message)",
               label_, what, why, *held_back);
}

void AmiLink::trace(std::string_view direction, std::string_view text) const {
  // A log is read by more people than a secret, or what can be made of it, is for.
  const bool is_secret = text.starts_with("Action: Login");
  spdlog::info("{} {} {}", label_, direction, is_secret ? "Action: Login ..." : ami::printable(text, traced_bytes));
}

}  // namespace amibroker::link
