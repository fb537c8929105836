// SPDX-License-Identifier: Apache-2.0
#include "core/host/same_asterisk_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "core/base/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_proof = 400;

}  // namespace

void SameAsteriskLog::found(ServerId one, ServerId other, std::string_view proof) noexcept {
  const auto [first, second] = std::minmax(one, other);
  const auto servers = servers_.infos();
  if (first == second || second >= servers.size()) return;
  try {
    if (!said_.emplace(first, second).second) return;
    spdlog::warn(
        "servers '{}' [{}] and '{}' [{}] are the same Asterisk, entered twice: {}. Each of its states counts twice and "
        "is written back to it. Remove one of the two sections from the configuration",
        base::printable(servers[first].name, longest_proof), servers[first].section,
        base::printable(servers[second].name, longest_proof), servers[second].section,
        base::printable(proof, longest_proof));
  } catch (const std::exception&) {
    return;  // no memory for a line
  }
}

}  // namespace amibroker::host
