// SPDX-License-Identifier: Apache-2.0
//
// Names that targets hold from an earlier life of the broker.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "plugins/replication/replicator.hpp"

namespace amibroker::replication {

/// A broker that was started again finds `Custom:PJSIP/100` on a server and cannot know who wrote it: the broker before
/// it, for a phone that is gone by now, or the server's own dialplan. It counts as the broker's if its technology is
/// one of Asterisk's own, or some server has native devices of it; `Custom:DND/100` is left alone.
class Orphans {
 public:
  /// Names of this technology (`PJSIP`) are the broker's.
  void know(std::string_view technology) {
    if (technologies_.find(technology) == technologies_.end()) technologies_.emplace(technology);
  }

  /// A server holds this one-way key, and nobody has contributed to it. Each snapshot may say so again.
  void add(KeyId key, std::string_view technology) { candidates_.try_emplace(key, technology); }

  /// All servers have said what they have: whatever still is an orphan is cleared. The others wait for their
  /// technology to become known.
  void clear(Replicator& replicator, TimePoint now) {
    std::erase_if(candidates_, [&](const auto& candidate) {
      if (technologies_.find(candidate.second) == technologies_.end()) return false;
      replicator.clear_orphans(candidate.first, now);
      return true;
    });
  }

  /// Keys that wait for their technology to become known.
  [[nodiscard]] std::size_t waiting() const noexcept { return candidates_.size(); }

 private:
  std::set<std::string, std::less<>> technologies_;
  std::map<KeyId, std::string> candidates_;  ///< with their technologies
};

}  // namespace amibroker::replication
