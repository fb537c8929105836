// SPDX-License-Identifier: Apache-2.0
#include "core/bus/quotas.hpp"

namespace amibroker::cluster {

void Quotas::add(std::string_view plugin) { used_.try_emplace(std::string(plugin)); }

bool Quotas::take(std::string_view plugin, std::size_t bytes) {
  const auto found = used_.find(plugin);
  if (found == used_.end()) return false;
  Used& used = found->second;
  if (used.messages > 0 && (used.messages >= limits_.messages || used.bytes + bytes > limits_.bytes)) return false;
  ++used.messages;
  used.bytes += bytes;
  return true;
}

void Quotas::give_back(std::string_view plugin, std::size_t bytes) noexcept {
  const auto found = used_.find(plugin);
  if (found == used_.end()) return;
  --found->second.messages;
  found->second.bytes -= bytes;
}

}  // namespace amibroker::cluster
