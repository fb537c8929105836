// SPDX-License-Identifier: Apache-2.0
//
// Which events somebody wants, so that a server need not send the others.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace amibroker::link {

/// Names of events as Asterisk writes them, in order, each once; or all events.
struct Interest {
  bool all = false;                  ///< then `names` says nothing
  std::vector<std::string> names{};  ///< `[A-Za-z0-9_-]+`

  friend bool operator==(const Interest&, const Interest&) = default;
  /// Whether whoever gets what `other` names has all of this.
  [[nodiscard]] bool within(const Interest& other) const {
    return other.all || (!all && std::includes(other.names.begin(), other.names.end(), names.begin(), names.end()));
  }
};

}  // namespace amibroker::link
