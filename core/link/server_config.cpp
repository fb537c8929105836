// SPDX-License-Identifier: Apache-2.0
#include "core/link/server_config.hpp"

#include "core/base/change_text.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

std::vector<std::string> changes_of_way(const ServerConfig& before, const ServerConfig& now) {
  std::vector<std::string> changes;
  const auto compare = [&](std::string_view key, std::string_view was, std::string_view is) {
    if (is != was) changes.push_back("its " + base::change_text(key, was, is));
  };
  compare("addr", before.addr, now.addr);
  compare("ami_trace", base::yes_or_no(before.trace), base::yes_or_no(now.trace));
  compare("transport", before.transport->name, now.transport->name);
  if (now.transport != before.transport) return changes;
  const auto access = now.access->changes_since(*before.access);
  changes.insert(changes.end(), access.begin(), access.end());
  return changes;
}

}  // namespace amibroker::link
