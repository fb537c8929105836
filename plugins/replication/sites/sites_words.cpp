// SPDX-License-Identifier: Apache-2.0
//
// Which site says what of a name, for people to look at.
#include <algorithm>

#include "plugins/replication/sites/sites.hpp"

namespace amibroker::replication {

std::string_view Sites::name_of(SiteId site) const noexcept {
  if (site == unknown_site) return {};
  return site == this_site ? this->site() : remote_.site_name(site);
}

std::optional<std::chrono::milliseconds> Sites::age_of(Stamp stamp) const noexcept {
  if (stamp == 0) return std::nullopt;
  return std::chrono::milliseconds(std::max<std::int64_t>(parts_.bus.unix_ms() - HybridClock::ms_of(stamp), 0));
}

bool Sites::is_shared(KeyId key) const noexcept { return parts_.replicator.sharing(key) == Sharing::symmetric; }

std::vector<Sites::Word> Sites::words(KeyId key) const {
  std::vector<Word> words;
  if (!is_shared(key)) {
    remote_.each(key, [&](SiteId site, ZoneId zone, const ContributionTable::Entry& entry) {
      if (words.size() < most_words)
        words.push_back({name_of(site), zones_.name(zone), entry.value, age_of(entry.stamp)});
    });
    return words;
  }
  for (ZoneId zone = 0; zone < zones_.size() && words.size() < most_words; ++zone)
    if (const Registers::Register* const entry = registers_.find(zone, parts_.keys.shown_name(key)))
      words.push_back({name_of(entry->by), zones_.name(zone), entry->value, age_of(entry->stamp)});
  return words;
}

std::optional<std::string_view> Sites::last_site(KeyId key) const {
  const Row row = parts_.replicator.row(key);
  SiteId last = unknown_site;
  bool is_tied = false;
  if (is_shared(key)) {
    const Registers::Register* newest = nullptr;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Registers::Register* const entry = remote_.expected(row.place(i), parts_.keys.shown_name(key));
      if (entry != nullptr && (newest == nullptr || registers_.wins(*entry, *newest))) newest = entry;
    }
    if (newest != nullptr) last = newest->by;
  } else {
    std::uint32_t said_as = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i].contribution != no_value) said_as = std::max(said_as, row[i].contributed_as);
    remote_.each(key, [&](SiteId site, ZoneId, const ContributionTable::Entry& entry) {
      if (entry.said_as < said_as) return;
      // Of two sites between two words of servers here nobody knows which was the later.
      is_tied = entry.said_as == said_as && last != unknown_site && (is_tied || last != site);
      last = site;
      said_as = entry.said_as;
    });
  }
  if (is_tied || last == unknown_site || last == this_site) return std::nullopt;
  return remote_.site_name(last);
}

}  // namespace amibroker::replication
