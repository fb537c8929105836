// SPDX-License-Identifier: Apache-2.0
#include "core/link/fleet.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/base/printable.hpp"

namespace amibroker::link {

Fleet::Fleet(base::EventLoop& loop, LinkTimings timings) : loop_(loop), timings_(timings) {
  loop_.at_end_of_round([this] { end_round(); });
  ticker_ = loop_.every(timings_.tick, [this] { tick(); });
}

Fleet::~Fleet() {
  loop_.cancel(ticker_);
  loop_.at_end_of_round([] {});
}

void Fleet::remove(FleetMember& member) {
  std::erase(members_, &member);
  std::erase(to_end_, &member);
}

void Fleet::end_round() {
  // By index: whoever has its turn may give others one.
  for (std::size_t i = 0; i < to_end_.size(); ++i) to_end_[i]->end_round();
  to_end_.clear();
}

void Fleet::tick() {
  const auto now = loop_.now();
  for (FleetMember* member : members_) member->tick(now);
}

void Fleet::identify(ServerId id, const ServerConfig& server, std::string_view system_name) {
  if (system_name.empty()) return;
  const auto [found, inserted] = entry_by_system_name_.try_emplace(std::string(system_name), id, server.section);
  const auto& [other_id, other_section] = found->second;
  if (inserted || other_id == id) return;
  // In the order of the configuration, whichever of them answered first.
  const std::string& first = other_id < id ? other_section : server.section;
  const std::string& second = other_id < id ? server.section : other_section;
  spdlog::warn(
      "servers [{}] and [{}] both call themselves '{}': if they are the same Asterisk, remove one of them; if not, "
      "give each its own systemname in asterisk.conf",
      first, second, base::printable(system_name, 80));
}

}  // namespace amibroker::link
