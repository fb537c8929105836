// SPDX-License-Identifier: Apache-2.0
//
// Other sites.
#include <algorithm>
#include <utility>

#include "plugins/replication/distributor.hpp"
#include "plugins/replication/name_rules.hpp"

namespace amibroker::replication {

void Distributor::join_sites(Bus& bus, const Combiner& combiner) {
  FleetSign variant;
  variant.add(plugin_);
  variant.add(variant_);
  const auto most_names = std::max<std::size_t>(
      1, keys_.capacity() * static_cast<std::size_t>(host_.options().integer("server_share")) / 100);
  sites_.emplace(
      Sites::Parts{host_, bus, *this, replicator_, neighbours_, combiner, places_, keys_, values_}, life_,
      [this] { return local_side(); }, variant.value(), most_names);
  site_commands_.emplace(host_, *sites_);
  lamp_commands_.set_sites(*sites_);
  report_.set_sites(*sites_);
  sites_timer_ = host_.every(look_at_sites, [this] { look_at_sites_again(); });
}

/// What waits for other sites on a start goes on as soon as it may.
void Distributor::look_at_sites_again() {
  set_retry_timer();
  if (sites_->is_settled() && !std::exchange(sites_were_settled_, true)) open_gates();
  if (!sites_->knows_all() || std::exchange(sites_were_known_, true)) return;
  if (gate_.all_decided()) look_for_orphans();
}

Sites::Local Distributor::local_side() const {
  Sites::Local local;
  local.complete = gate_.all_decided();
  local.ready = local.complete || start_timer_ == 0;
  local.alone = !peers_.any();
  const auto [leads, stands_by] = peers_.balance();
  local.leads = leads >= stands_by;
  for (const ServerInfo& server : host_.servers()) local.reach += host_.is_up(server.id) ? 1U : 0U;
  return local;
}

bool Distributor::may_be(std::string_view name, Sharing sharing, std::string_view text) {
  if (!why_unwritable(name).empty() || notes_.is_note(name)) return false;
  const bool is_fixed = values_.is_pinned(text);
  return (is_fixed || !combines_ || sharing == Sharing::symmetric) && reader_.may_be(name, sharing, text);
}

std::optional<KeyId> Distributor::key_for(std::string_view name, Sharing sharing) {
  if (const std::optional<KeyId> known = keys_.find(name))
    return replicator_.sharing(*known) == sharing ? known : std::nullopt;
  if (keys_.full()) return std::nullopt;
  const KeyId key = replicator_.add_key(sharing);
  keys_.add(name, key, no_server);
  return key;
}

}  // namespace amibroker::replication
