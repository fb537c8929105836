// SPDX-License-Identifier: Apache-2.0
#include "core/link/requests.hpp"

#include <utility>
#include <vector>

namespace amibroker::link {
namespace {

// So that a Ping, or a question of our own, finds room if the window is full; a server that leaves more of them
// unanswered is down.
constexpr std::size_t own_places = 16;

Reply reply_of(std::span<const Message> messages) {
  Reply reply{Outcome::success, messages.front()["Message"], messages};
  // The original module splits an error into two objects: the second holds the message.
  if (reply.text.empty() && messages.size() > 1 && messages[1].size() == 1) reply.text = messages[1]["Message"];
  const auto response = messages.front().find("Response");
  if (!response || same_name(*response, "Error")) reply.outcome = Outcome::error;
  return reply;
}

}  // namespace

Requests::Requests(ServerCounters& counters, Finish finish, Drop drop)
    : counters_(counters), finish_(std::move(finish)), drop_(std::move(drop)) {}

void Requests::restart(std::size_t window) {
  if (window != window_) in_flight_ = InFlightTable(window + own_places);
  window_ = window;
  unanswered_.reset();
  latency_.clear();
}

void Requests::send_waiting(Time now, const Send& send) {
  while (!waiting_.empty() && in_flight_.size() < window_) {
    if (!send_now(waiting_.pop(), now, send)) return;
  }
}

bool Requests::send_own(New&& request, Time now, const Send& send) {
  return !in_flight_.full() && send_now(std::move(request), now, send);
}

/// An action that cannot be sent counts as under way: the connection is about to be lost, which ends it.
bool Requests::send_now(New&& request, Time now, const Send& send) {
  const Encoded& action = *request.encoded;
  in_flight_.push({request.id, now + request.timeout, request.owner, false, std::move(request.done),
                   std::move(request.encoded), now});
  if (!send(action)) return false;
  ++counters_.actions;
  return true;
}

bool Requests::answer(std::optional<std::uint64_t> id, std::span<const Message> messages, bool takes_oldest, Time now) {
  std::vector<Pending> passed_over;
  auto pending = id || takes_oldest ? in_flight_.match(id, passed_over) : std::nullopt;
  if (!pending) {
    ++counters_.stray_replies;
    drop_("it answers nothing that was asked");
    return false;
  }
  for (Pending& lost : passed_over) pass_over(lost);
  latency_.add(now - pending->sent);
  if (pending->expired) {
    ++counters_.late_replies;
    if (pending->owner != own) unanswered_.reset();  // late, but it does what it is asked
    drop_("it came too late");
    return true;
  }
  ++counters_.replies;
  durations_.add(now - pending->sent);
  if (pending->owner != own) unanswered_.reset();
  finish_(pending->owner, pending->done, reply_of(messages));
  return true;
}

void Requests::pass_over(Pending& pending) {
  if (pending.expired) return;
  ++counters_.lost_replies;
  note_unanswered(pending);
  end(pending, Outcome::unknown, "the server answered later actions, but not this one");
}

void Requests::note_unanswered(const Pending& pending) {
  if (pending.owner == own) return;
  if (!unanswered_) unanswered_ = Unanswered{now_, 0};
  ++unanswered_->count;
}

void Requests::expire(Time now) {
  now_ = now;
  std::vector<Pending> ended;
  in_flight_.expire(now, ended);
  counters_.timeouts += ended.size();
  for (Pending& pending : ended) {
    note_unanswered(pending);
    end(pending, Outcome::unknown, "no answer in time");
  }
  std::vector<RequestQueue::Waiting> given_up;
  waiting_.give_up(now, given_up);
  for (const auto& waiting : given_up)
    finish_(waiting.request.owner, waiting.request.done,
            {Outcome::not_sent, "earlier actions on this server took too long", {}});
}

void Requests::fail_all() {
  std::vector<Pending> sent;
  in_flight_.clear(sent);
  const std::vector<RequestQueue::Waiting> never_sent = waiting_.take_all();
  unanswered_.reset();
  for (Pending& pending : sent)
    if (!pending.expired) end(pending, Outcome::unknown, "the connection was lost before the answer");
  for (const auto& waiting : never_sent)
    finish_(waiting.request.owner, waiting.request.done, {Outcome::not_sent, "the connection was lost", {}});
}

void Requests::end(Pending& pending, Outcome outcome, std::string_view text) {
  finish_(pending.owner, pending.done, {outcome, text, {}});
}

}  // namespace amibroker::link
