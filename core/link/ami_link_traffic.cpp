// SPDX-License-Identifier: Apache-2.0
//
// What a native link sends and what comes: the other half of ami_link.cpp, which is the life of its session.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "core/ami/action_check.hpp"
#include "core/ami/text_encoder.hpp"
#include "core/base/printable.hpp"
#include "core/link/ami_link.hpp"
#include "core/link/refused_actions.hpp"

namespace amibroker::link {
namespace {

constexpr Owner own_actions = std::numeric_limits<Owner>::max();
constexpr std::size_t traced_bytes = 4000;

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
  if (waiting_.empty() && answers_.size() < window) send(std::move(pending), text_);
  else waiting_.push_back({std::move(pending), text_});
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
  // Whoever answers there has not shown yet that it is the server, and Asterisk sends none before a login.
  if (!logged_in_) return drop("an event", "it came before the login", counters_.bad_frames);
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
  if (auto ended = answers_.add_item(action_id, text, is_last)) answer_list(*ended);
}

void AmiLink::on_reply(std::string_view text) {
  const Message* reply = fleet_.reply_decoder().decode(text);
  if (reply == nullptr) return drop("a reply", fleet_.reply_decoder().error(), counters_.bad_frames);
  const auto action_id = number((*reply)["ActionID"]);
  if (action_id && same_name((*reply)["EventList"], "start") && answers_.begin_list(*action_id, text)) return;
  auto pending = action_id ? answers_.take(*action_id) : std::nullopt;
  if (!pending) return drop("a reply", "it answers nothing that was asked", counters_.stray_replies);
  answer(*pending, {reply, 1});
}

void AmiLink::answer_list(AmiAnswers::Ended& list) {
  if (!list.too_large) return answer(list.pending, fleet_.reply_decoder().decode_list(list.text, list.ends));
  if (!waiting_.empty()) act_at_end_of_round();
  drop("a list", "it is too long", counters_.bad_frames);
  if (!list.pending.expired) finish(list.pending, {Outcome::unknown, "its answer is too long", {}});
}

void AmiLink::answer(Pending& pending, std::span<const Message> messages) {
  if (!waiting_.empty()) act_at_end_of_round();
  if (pending.expired) return drop("a reply", "it came too late", counters_.late_replies);
  ++counters_.replies;
  Reply reply{Outcome::success, messages.front()["Message"], messages};
  const auto response = messages.front().find("Response");
  if (!response || same_name(*response, "Error")) reply.outcome = Outcome::error;
  finish(pending, reply);
}

void AmiLink::drop(std::string_view what, std::string_view why, std::uint64_t& counter) {
  ++counter;
  const auto held_back = bad_input_limit_.allow(loop().now());
  if (!held_back) return;
  spdlog::warn(
      "{} sent {} that was dropped: {}; {} more such messages since the last line. If it goes on, check what "
      "answers there (ami_trace = yes shows every message)",
      label_, what, why, *held_back);
}

void AmiLink::trace(std::string_view direction, std::string_view text) const {
  // A log is read by more people than a secret, or what can be made of it, is for.
  const bool is_secret = text.starts_with("Action: Login");
  spdlog::info("{} {} {}", label_, direction, is_secret ? "Action: Login ..." : base::printable(text, traced_bytes));
}

}  // namespace amibroker::link
