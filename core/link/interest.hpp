// SPDX-License-Identifier: Apache-2.0
//
// Which events somebody wants, so that a server need not send the others.
#pragma once

#include <string>
#include <vector>

namespace amibroker::link {

/// Names of events as Asterisk writes them, in order, each once; or all events.
struct Interest {
  bool all = false;                  ///< then `names` says nothing
  std::vector<std::string> names{};  ///< `[A-Za-z0-9_-]+`

  friend bool operator==(const Interest&, const Interest&) = default;
};

}  // namespace amibroker::link
