// SPDX-License-Identifier: Apache-2.0
//
// Names that targets hold from an earlier life of the broker.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A broker that was started again finds `Custom:PJSIP/100` on a server and cannot know who wrote it: the broker before
/// it, for a phone that is gone by now, or the server's own dialplan. Names that no broker wrote are left out before
/// (Notes). Of the rest a name counts as the broker's if its technology is one that is well known, or some server has
/// native devices of it; `Custom:DND/100` is left alone.
///
/// A name that was cleared may come back: once as a late write of the broker before, more often only if somebody else
/// writes it. That is remembered by the name, because its key is given back meanwhile.
class Orphans {
 public:
  /// Names of this technology (`PJSIP`) are the broker's, whatever the servers say.
  void know(std::string_view technology) { technologies_.emplace(technology); }
  /// The same, because this server has a device of it. Asterisk has a dozen: a server that makes up ever new ones is
  /// not followed beyond a bound.
  void know(ServerId server, std::string_view technology) {
    if (technologies_.contains(technology) || technology.size() > longest_shown_name) return;
    std::size_t& brought = servers_[server].technologies;
    if (brought >= most_technologies) return;
    ++brought;
    technologies_.emplace(technology);
  }

  /// A server holds this one-way key, and nobody has contributed to it. Each snapshot may say so again.
  void add(KeyId key, std::string_view technology) { candidates_.try_emplace(key, technology); }
  /// Whether the key waits to be cleared.
  [[nodiscard]] bool waits(KeyId key) const { return candidates_.contains(key); }
  /// The key is given back.
  void forget(KeyId key) { candidates_.erase(key); }

  /// All servers have said what they have: calls `clear(key)` for whatever still is an orphan. The others wait for
  /// their technology to become known.
  template <typename Clear>
  void each_known(Clear&& clear) {
    std::erase_if(candidates_, [&](const auto& candidate) {
      if (technologies_.find(candidate.second) == technologies_.end()) return false;
      clear(candidate.first);
      return true;
    });
  }

  /// The name is cleared on this server. The names that were cleared there first are forgotten if there are too many.
  void cleared(ServerId server, std::string_view name) {
    Server& there = servers_[server];
    if (!there.returns.try_emplace(hash_of(name), 0U).second) return;
    there.order.push_back(hash_of(name));
    if (there.order.size() <= most_cleared) return;
    there.returns.erase(there.order.front());
    there.order.pop_front();
  }
  [[nodiscard]] bool was_cleared(ServerId server, std::string_view name) const {
    const auto there = servers_.find(server);
    return there != servers_.end() && there->second.returns.contains(hash_of(name));
  }
  /// How often it came back since then.
  [[nodiscard]] std::size_t returns(ServerId server, std::string_view name) const {
    if (!was_cleared(server, name)) return 0;
    return servers_.at(server).returns.at(hash_of(name));
  }
  /// It was cleared there, and holds something again.
  void came_back(ServerId server, std::string_view name) { ++servers_.at(server).returns.at(hash_of(name)); }

  /// The server is gone for good.
  void retire(ServerId server) { servers_.erase(server); }

  /// Keys that wait for their technology to become known.
  [[nodiscard]] std::size_t waiting() const noexcept { return candidates_.size(); }

  static constexpr std::size_t most_technologies = 32;  ///< of one server
  static constexpr std::size_t most_cleared = 1000;     ///< names of one server that are remembered

 private:
  struct Server {
    std::size_t technologies = 0;                ///< that it brought
    std::map<std::size_t, std::size_t> returns;  ///< of names that were cleared, by their hashes
    std::deque<std::size_t> order;               ///< of these hashes, the oldest first
  };
  [[nodiscard]] static std::size_t hash_of(std::string_view name) noexcept {
    return std::hash<std::string_view>()(name);
  }

  std::set<std::string, std::less<>> technologies_;
  std::map<KeyId, std::string> candidates_;  ///< with their technologies
  std::map<ServerId, Server> servers_;       ///< those that there is something to know of
};

}  // namespace amibroker::replication
