// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/speaker.hpp"

#include <utility>

#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

void Speaker::heard(const Other& other, TimePoint now) {
  highest_ = std::max(highest_, other.epoch);
  if (is_better(other)) better_heard_ = now;
  if (other.leads) leader_heard_ = now;
  ahead_ = other.reach > reach_ ? ahead_ + 1 : 0;
  if (other.speaks) other_spoke_ = now;
  if (!keeps_rule(44)) return;
  takes_over_ |= !speaks_ && leads_ && other.speaks && !other.leads;
  if (!speaks_) return;
  if (other.speaks ? is_better(other) : (other.leads && !leads_) || ahead_ >= yield_after) {
    speaks_ = false;
    gave_way_ = now;
  }
  // Others follow the highest epoch that they heard, whoever has it by now.
  outdone_ |= other.epoch >= epoch_;
}

bool Speaker::tick(const Self& self, TimePoint now) {
  reach_ = self.reach;
  leads_ = self.leads;
  if (!self.ready) {
    ready_since_.reset();
    return false;
  }
  if (!ready_since_) {
    ready_since_ = now;
    // It was away from the bus, or has just started: others may speak by now.
    if (!self.alone) speaks_ = false;
  }
  if (speaks_) {
    if (!std::exchange(outdone_, false)) return false;
    speak(self.unix_ms);
    return true;
  }
  if (!std::exchange(takes_over_, false) && now < may_speak_from(self, now)) return false;
  speak(self.unix_ms);
  return true;
}

TimePoint Speaker::may_speak_from(const Self& self, TimePoint now) const noexcept {
  TimePoint from = self.alone && !other_spoke_ ? *ready_since_ : *ready_since_ + silence;
  if (other_spoke_) from = std::max(from, *other_spoke_ + silence);
  if (gave_way_) from = std::max(from, *gave_way_ + 2 * silence);
  if (!self.leads && leader_heard_) from = std::max(from, *leader_heard_ + 2 * silence);
  return better_heard_ && now - *better_heard_ < silence ? from + for_the_better : from;
}

bool Speaker::is_better(const Other& other) const noexcept {
  if (other.leads != leads_) return other.leads;
  return other.reach != reach_ ? other.reach > reach_ : other.life < life_;
}

void Speaker::speak(std::int64_t unix_ms) {
  speaks_ = true;
  outdone_ = false;
  ahead_ = 0;
  epoch_ = std::max({static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms, 1)), highest_ + 1, epoch_ + 1});
  highest_ = epoch_;
}

}  // namespace amibroker::replication
