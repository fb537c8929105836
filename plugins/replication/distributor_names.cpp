// SPDX-License-Identifier: Apache-2.0
//
// Which names are distributed, and which are given back (rule 12).
#include <malloc.h>

#include <algorithm>
#include <string>
#include <utility>

#include "plugins/replication/distributor.hpp"
#include "plugins/replication/rules.hpp"

namespace amibroker::replication {

std::optional<KeyId> Distributor::key_of(ServerId server, std::string_view shown_name, const Said& said) {
  const bool is_neutral = said.value == no_value || said.value == first_value;
  if (const std::optional<KeyId> known = keys_.find(shown_name)) {
    if (replicator_.sharing(*known) == said.sharing) {
      const bool contributes =
          said.sharing == Sharing::one_way && said.listed.value_or(Listed::Kind::own) == Listed::Kind::own;
      if (contributes && !is_neutral) take_over(server, *known);
      return known;
    }
    refuse(server, shown_name, "one server has it as a device of its own, and another as one that all share");
    return std::nullopt;
  }
  if (const std::string_view reason = why_unwritable(shown_name); !reason.empty()) {
    refuse(server, shown_name, reason);
    return std::nullopt;
  }
  // A name that nobody knows shows the same as one that is neutral: most that come up so never become anything else.
  if (is_neutral && (!replicator_.neutral_matters(places_.of(server), said.sharing, said.listed.has_value()) ||
                     (said.listed && !quotas_.has_room_to_spare(server, keys_.size()))))
    return std::nullopt;
  if (!quotas_.admit(server, shown_name, keys_.size(), said.listed.has_value())) {
    servers_[server].list_was_cut |= said.listed.value_or(Listed::Kind::own) != Listed::Kind::own;
    return std::nullopt;
  }
  const KeyId key = replicator_.add_key(said.sharing);
  keys_.add(shown_name, key, server);
  return key;
}

/// A name counts for a server that contributes to it. It may have come up in the list of another one that shows it.
void Distributor::take_over(ServerId server, KeyId key) {
  const ServerId owner = keys_.owner(key);
  if (owner == server) return;
  const Place place = places_.of(owner);
  if (place != no_place && replicator_.cell(place, key).contribution != no_value) return;
  if (quotas_.move(owner, server)) keys_.set_owner(key, server);
}

void Distributor::refuse(ServerId server, std::string_view name, std::string_view reason) {
  count(refused_names_);
  const WarnedNames::Answer answer = servers_[server].warned.ask(name);
  if (answer == WarnedNames::Answer::silent) return;
  host_.log(Level::warning,
            server_label(host_, server)
                .append(": \"")
                .append(for_log(name))
                .append("\" is not distributed, because of its name: ")
                .append(reason)
                .append(". Rename it there")
                .append(answer == WarnedNames::Answer::warn_last ? "; further such names are only counted" : ""));
}

/// What was listed and waited for its fence is not needed any more.
void Distributor::drop_list(ServerId server) {
  forget_gone(server);
  for (const Listed& item : servers_[server].list)
    if (item.value != first_value) keys_.release(item.key);
  servers_[server].list = std::vector<Listed>();  // `= {}` would keep the memory
  servers_[server].list_was_cut = false;
}

/// Their numbers may mean other names by now.
void Distributor::forget_gone(ServerId server) {
  std::vector<KeyId> gone = std::exchange(servers_[server].gone, {});
  if (gone.empty()) return;
  std::sort(gone.begin(), gone.end());
  std::erase_if(servers_[server].list,
                [&](const Listed& item) { return std::binary_search(gone.begin(), gone.end(), item.key); });
}

void Distributor::sweep_values() {
  values_.sweep([this](auto&& visit) {
    replicator_.each_value(visit);
    for (const Server& server : servers_)
      for (const Listed& item : server.list) visit(item.value);
    if (sites_) sites_->each_value(visit);
  });
  action_key_ = no_key;  // its value's number may now mean another text
}

/// Looks at some of the names, so that each is looked at once in a while, and gives back those that were not needed at
/// two looks in a row: a device that is gone for a moment keeps its name.
void Distributor::tidy() {
  feed_.look_at_clock(host_.now());
  if (!keeps_rule(12)) return;
  const std::size_t most = std::min(most_a_tidying, replicator_.keys() / tidyings_a_round + 1);
  for (std::size_t i = 0; i < most; ++i) {
    if (next_tidied_ >= replicator_.keys()) {
      next_tidied_ = 0;
      end_round();
      break;
    }
    const KeyId key = next_tidied_++;
    if (!replicator_.has(key)) continue;
    const bool idle = !keys_.held(key) && replicator_.is_idle(key, host_.now());
    if (keys_.note_idle(key, idle) && idle) give_back(key);
  }
  for (const ServerId server : quotas_.caught_up(keys_.size()))
    snapshots_.soon(server, "not all of its names could be taken before");
}

/// Nothing may go on naming the key by its number. Whatever is under way for it makes it busy (Replicator::is_idle), so
/// there is no answer, timer, echo or line to come; lists hold their keys, or are told.
void Distributor::give_back(KeyId key) {
  for (Server& server : servers_)
    if (!server.list.empty()) server.gone.push_back(key);
  quotas_.give_back(keys_.owner(key));
  orphans_.forget(key);
  if (sites_) sites_->removed(key);
  feed_.remove(key, keys_.shown_name(key));
  delay_.forget(key);
  if (action_key_ == key) action_key_ = no_key;
  replicator_.remove_key(key);
  keys_.remove(key, replicator_.keys());
  count(names_given_back_);
  ++given_back_;
}

/// Gives memory back once enough names went to make it worth a look at everything.
void Distributor::end_round() {
  if (given_back_ < least_to_shrink + keys_.size() / 4) return;
  given_back_ = 0;
  if (values_.size() > values_.pinned()) sweep_values();
  replicator_.shrink();
  keys_.shrink();
  // The C library keeps what lies between blocks that are still in use, which after a flood is nearly all.
  malloc_trim(0);
}

}  // namespace amibroker::replication
