// SPDX-License-Identifier: Apache-2.0
//
// Which names pass between sites.
#pragma once

#include <fnmatch.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::replication {

/// Globs (fnmatch) of names as targets hold them; none: every name passes.
class NameGlobs {
 public:
  explicit NameGlobs(std::span<const std::string_view> globs) : globs_(globs.begin(), globs.end()) {}
  [[nodiscard]] bool any() const noexcept { return !globs_.empty(); }
  [[nodiscard]] bool pass(std::string_view name) const {
    if (globs_.empty()) return true;
    const std::string text(name);
    return std::any_of(globs_.begin(), globs_.end(),
                       [&](const std::string& glob) { return fnmatch(glob.c_str(), text.c_str(), FNM_NOESCAPE) == 0; });
  }

 private:
  std::vector<std::string> globs_;
};

}  // namespace amibroker::replication
