// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/site_watch.hpp"

#include <utility>

namespace amibroker::replication {
namespace {

constexpr std::string_view topic = "ping";

}  // namespace

SiteWatch::SiteWatch(Host& host, Bus& bus) : host_(host), bus_(bus) {
  bus_.serve(topic, [](const Bus::Heard&) { return std::optional<std::string>("pong"); });
}

bool SiteWatch::is_lost(const Site& site) const noexcept { return host_.now() - site.heard > bus_.info().lost_after; }

void SiteWatch::heartbeat(std::string_view name, std::int64_t unix_ms, bool differs) {
  forget_old();
  auto found = sites_.find(name);
  if (found == sites_.end()) {
    if (sites_.size() >= most_sites) return;
    found = sites_.emplace(name, Site{}).first;
    found->second.since = host_.now();
  }
  Site& site = found->second;
  if (site.heard != TimePoint{} && is_lost(site)) site.since = host_.now();
  site.heard = host_.now();
  site.ahead_ms = unix_ms - bus_.unix_ms();
  site.differs = differs;
  if (host_.now() >= site.next_question) ask(found->first, site);
}

/// Looks only now and then.
void SiteWatch::forget_old() {
  if (host_.now() < next_look_) return;
  next_look_ = host_.now() + std::chrono::minutes(1);
  std::erase_if(sites_, [&](const auto& known) { return host_.now() - known.second.heard > forgotten_after; });
}

/// With a heartbeat, so that who is not there is not asked, and all sites not at the same moment.
void SiteWatch::ask(const std::string& name, Site& site) {
  const TimePoint asked = host_.now();
  site.next_question = asked + between_questions;
  bus_.request(name, topic, {}, patience, [this, name, asked](std::optional<std::string_view> answer) {
    const auto found = sites_.find(name);
    if (found == sites_.end()) return;
    if (!answer) return static_cast<void>(++found->second.unanswered);
    found->second.unanswered = 0;
    found->second.round_trip = host_.now() - asked;
  });
}

}  // namespace amibroker::replication
