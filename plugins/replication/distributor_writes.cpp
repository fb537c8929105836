// SPDX-License-Identifier: Apache-2.0
//
// How a cell is written, and what becomes of the write.
#include <algorithm>
#include <chrono>

#include "plugins/replication/distributor.hpp"
#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

void Distributor::write(Place place, KeyId key, ValueId value) noexcept {
  const ServerId target = places_.server(place);
  feed_.touch(key);
  if (!notes_.missing(target)) return send(target, key, value);
  servers_[target].held_back.push_back(key);
  if (!notes_.being_left(target)) leave_notes(target);
}

void Distributor::send(ServerId target, KeyId key, ValueId value) {
  if (key != action_key_ || value != action_value_) {
    if (write_ != nullptr) write_(action_, keys_.shown_name(key), values_.text(value));
    else action_.reset("Setvar").add("Variable", keys_.variable(key)).add("Value", values_.text(value));
    action_key_ = key;
    action_value_ = value;
  }
  log_.started();
  if (log_.shows()) log_.show(target, keys_.shown_name(key), values_.text(value));
  const std::uint64_t where = std::uint64_t{target} << 32 | key;  // one word, so that the completion needs no memory
  const auto timeout = keeps_rule(23) ? write_timeout : std::chrono::milliseconds::zero();
  host_.request(target, action_, timeout, [this, where](const Reply& reply) {
    answered(static_cast<ServerId>(where >> 32), static_cast<KeyId>(where), reply);
  });
}

void Distributor::answered(ServerId target, KeyId key, const Reply& reply) {
  const Place place = places_.of(target);
  if (place == no_place) return;  // retired meanwhile
  look_at_clock();
  servers_[target].unanswered |= reply.outcome == Outcome::unknown;
  if (reply.ok()) log_.succeeded(target);
  else log_.failed(target, keys_.shown_name(key), values_.text(replicator_.cell(place, key).in_flight), reply);
  if (reply.outcome == Outcome::refused) count(refused_names_);  // only a name can be the reason
  const bool was_fresh = replicator_.cell(place, key).fresh;
  replicator_.completed(place, key, reply.outcome, host_.now());
  if (was_fresh && !replicator_.cell(place, key).fresh) delay_.shown(key, host_.now());
  feed_.touch(key);
  log_.took(target, replicator_.target(place).took());
  set_retry_timer();
}

void Distributor::set_retry_timer() {
  const std::optional<TimePoint> due = replicator_.next_due();
  if (!due || (timer_ != 0 && timer_due_ <= *due)) return;
  if (timer_ != 0) host_.cancel(timer_);
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(*due - host_.now());
  timer_due_ = *due;
  timer_ = host_.after(std::max(delay, std::chrono::milliseconds::zero()), [this] {
    timer_ = 0;
    look_at_clock();
    replicator_.tick(host_.now());
    set_retry_timer();
  });
}

}  // namespace amibroker::replication
