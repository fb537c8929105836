// SPDX-License-Identifier: Apache-2.0
//
// A server while it has a connection: what it is asked, what it says, and whether it is still there.
#include <algorithm>
#include <utility>

#include "core/base/printable.hpp"
#include "core/link/address_race.hpp"
#include "core/link/server.hpp"

namespace amibroker::link {
namespace {

// What a server says of itself is kept, so it is cut.
constexpr std::size_t longest_identity = 80;

}  // namespace

// --- Whether it is still there --------------------------------------------------------------------------------

void Server::watch(Clock::time_point now) {
  if (ping_deadline_ && now >= *ping_deadline_) return lose({Loss::Kind::connection, "it does not answer any more"});
  requests_.expire(now);
  if (!up()) return;  // a plugin that heard of it may have changed something
  if (const auto& unanswered = requests_.unanswered(); unanswered && now - unanswered->since >= timings().useless_after)
    return lose({Loss::Kind::connection,
                 "it answers Pings, but none of the last " + std::to_string(unanswered->count) + " actions",
                 "Look at the Asterisk console there ('manager show connected', 'core show threads'): something blocks "
                 "its actions"});
  if (holds_back_ && !stands_still()) act_at_end_of_round();
  if (!ping_deadline_ && now >= next_ping_) ping();
}

bool Server::stands_still() const {
  if (!ping_deadline_) return false;
  const auto last_sign_of_life = *ping_deadline_ - timings().ping_timeout;
  return context_.time() - last_sign_of_life >= timings().hold_after;
}

void Server::ping() {
  const auto now = context_.time();
  next_ping_ = now + timings().ping_period;
  ping_deadline_ = now + timings().ping_timeout;
  last_ping_deadline_ = now + std::max(timings().longest_ping, timings().ping_timeout);
  ask_own(Action("Ping"), [this](const Reply& reply) { pinged(reply); });
}

void Server::pinged(const Reply& reply) {
  if (reply.messages.empty()) return;  // it ended without an answer
  ping_deadline_.reset();
  // Any service may send a reply to the oldest action; only an Asterisk knows our ActionID.
  if (state_ == State::connecting && reply.messages.front().find("ActionID")) came_up();
  else if (up()) settle_doubt();
}

void Server::ask_identity() {
  ask_own(Action("CoreSettings"), [this](const Reply& reply) {
    if (!reply.ok()) return;  // needs the class system or reporting, and is only for people
    const Message& settings = reply.messages.front();
    const Identity identity{settings["AsteriskVersion"].substr(0, longest_identity),
                            settings["SystemName"].substr(0, longest_identity)};
    context_.identified(*this, identity);
  });
}

void Server::on_progress() {
  if (ping_deadline_) ping_deadline_ = std::min(context_.time() + timings().ping_timeout, last_ping_deadline_);
}

// --- Actions --------------------------------------------------------------------------------------------------

void Server::request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) {
  if (!encoder_->prepare(action, last_action_id_))
    return finish_later(owner, std::move(done), Outcome::refused, encoder_->refusal());
  if (!up() || requests_.full(owner))
    return finish_later(owner, std::move(done), Outcome::not_sent,
                        up() ? "too many actions wait for this server" : "the server is down");
  last_action_id_ = encoder_->action_id();
  requests_.add({last_action_id_, encoder_->encoded(), timeout, owner, std::move(done)},
                context_.time() + timings().longest_wait);
  act_at_end_of_round();
}

void Server::ask_own(const Action& action, Completion done) {
  if (!wire_ || !encoder_->prepare(action, last_action_id_)) return;
  last_action_id_ = encoder_->action_id();
  const bool sent =
      requests_.send_own({last_action_id_, encoder_->encoded(), timings().longest_ping, Requests::own, std::move(done)},
                         context_.time(), [this](const Encoded& encoded) { return wire_->send(encoded); });
  if (sent) act_at_end_of_round();
}

void Server::act_at_end_of_round() {
  if (std::exchange(acts_at_end_of_round_, true)) return;
  context_.at_end_of_round(*this);
}

void Server::end_round() {
  acts_at_end_of_round_ = false;
  if (!wire_) return;
  send_waiting();
  if (wire_) wire_->flush();
}

void Server::send_waiting() {
  if (!up() || !requests_.any_wait()) return;
  holds_back_ = stands_still();
  if (holds_back_) return;
  requests_.send_waiting(context_.time(), [this](const Encoded& encoded) { return wire_->send(encoded); });
}

void Server::fail_actions() { requests_.fail_all(); }

void Server::finish(Owner owner, const Completion& done, const Reply& reply) {
  if (owner != Requests::own) return context_.listener().on_answer(id_, owner, done, reply);
  if (done) done(reply);
}

void Server::finish_later(Owner owner, Completion done, Outcome outcome, std::string text) {
  context_.loop().post([this, owner, done = std::move(done), outcome, text = std::move(text)] {
    finish(owner, done, {outcome, text, {}});
  });
}

void Server::want(const Interest& interest, bool is_more) {
  if (!wire_) return;
  wire_->want(interest);
  if (!is_more || !up()) return;
  if (doubt_) is_more_in_doubt_ = true;
  else doubt_ = std::max(context_.time() + timings().settle, next_doubt_);
}

/// What the server was asked for reaches it beside the actions, so a list may have been answered before: an event in
/// between is neither in the list nor on the wire. Who keeps states has to read them once more, when both are through.
void Server::settle_doubt() {
  if (!doubt_ || context_.time() < *doubt_) return;
  doubt_.reset();
  next_doubt_ = context_.time() + timings().doubt_period;
  if (std::exchange(is_more_in_doubt_, false)) doubt_ = next_doubt_;
  context_.listener().on_events_lost(id_, 0);
}

// --- What the wire says ---------------------------------------------------------------------------------------

void Server::on_connected() { connected_ = true; }

void Server::on_ready() {
  ready_ = true;
  // Only now: another service may accept connections at another of its addresses.
  if (const auto* race = dynamic_cast<const AddressRace*>(wire_.get()))
    context_.resolver().worked(config_.addr, race->address());
  ping();
}

void Server::on_event(ami::EventFrame& frame) {
  ++counters_.events;
  if (transport_->traits().events_show_life) on_progress();
  context_.listener().on_event(id_, frame);
}

void Server::on_answer(std::optional<std::uint64_t> id, std::span<const Message> messages) {
  const bool was_full = requests_.any_wait();
  // However long it takes to come to our Ping: what answers is alive.
  if (ping_deadline_) ping_deadline_ = context_.time() + timings().ping_timeout;
  requests_.answer(id, messages, transport_->traits().answers_without_id, context_.time());
  if (was_full) act_at_end_of_round();
}

void Server::on_bad(std::string_view what, std::string_view why) {
  ++counters_.bad_frames;
  log_.bad(what, why, context_.loop().now());
}

void Server::on_events_lost(std::uint64_t count) {
  counters_.lost_events += count;
  log_.events_lost(count, context_.loop().now());
  // If it is down, plugins know nothing of its states anyway, until it is up again.
  if (up()) context_.listener().on_events_lost(id_, count);
}

void Server::on_flush_wanted() { act_at_end_of_round(); }

void Server::on_notice(std::string_view text) { log_.notice(text); }

void Server::show_traffic(bool on) {
  shows_traffic_ = on;
  if (wire_) wire_->show_traffic(on);
}

void Server::on_traffic(std::string_view direction, std::string_view text) { log_.traffic(direction, text); }

void Server::on_lost(const Loss& loss) { lose(loss); }

}  // namespace amibroker::link
