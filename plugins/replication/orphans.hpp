// SPDX-License-Identifier: Apache-2.0
//
// Names that targets hold from an earlier life of the broker.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// A broker that was started again finds `Custom:PJSIP/100` on a server and cannot know who wrote it: the broker before
/// it, for a phone that is gone by now, or the server's own dialplan. Names that no broker wrote are left out before
/// (Notes). Of the rest a name counts as the broker's if its technology is one that is well known, or some server has
/// native devices of it; `Custom:DND/100` is left alone.
///
/// A name that was cleared may come back: once as a late write of the broker before, more often only if somebody else
/// writes it.
class Orphans {
 public:
  /// Names of this technology (`PJSIP`) are the broker's.
  void know(std::string_view technology) {
    if (technologies_.find(technology) == technologies_.end()) technologies_.emplace(technology);
  }

  /// A server holds this one-way key, and nobody has contributed to it. Each snapshot may say so again.
  void add(KeyId key, std::string_view technology) { candidates_.try_emplace(key, technology); }

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

  /// The key is cleared on this server.
  void cleared(KeyId key, ServerId server) { cleared_.try_emplace({key, server}, 0U); }
  [[nodiscard]] bool was_cleared(KeyId key, ServerId server) const { return cleared_.contains({key, server}); }
  /// How often it came back since then.
  [[nodiscard]] std::size_t returns(KeyId key, ServerId server) const {
    const auto found = cleared_.find({key, server});
    return found == cleared_.end() ? 0 : found->second;
  }
  /// It was cleared there, and holds something again.
  void came_back(KeyId key, ServerId server) { ++cleared_[{key, server}]; }

  /// Keys that wait for their technology to become known.
  [[nodiscard]] std::size_t waiting() const noexcept { return candidates_.size(); }

 private:
  std::set<std::string, std::less<>> technologies_;
  std::map<KeyId, std::string> candidates_;  ///< with their technologies
  std::map<std::pair<KeyId, ServerId>, std::size_t> cleared_;
};

}  // namespace amibroker::replication
