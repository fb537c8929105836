// SPDX-License-Identifier: Apache-2.0
//
// By which two sites see without a list that they hold the same.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/replication/sites/hybrid_clock.hpp"

namespace amibroker::replication {

/// A number for one entry (FNV-1a, 64 bits, and a last mixing). The sum of those of all entries tells two tables apart.
/// It guards against what was lost by mistake, not against a site that lies.
[[nodiscard]] constexpr std::uint64_t entry_hash(std::string_view name, std::string_view value, Stamp stamp) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  for (const char byte : name) add(static_cast<unsigned char>(byte));
  add('\t');
  for (const char byte : value) add(static_cast<unsigned char>(byte));
  add('\t');
  for (int shift = 0; shift < 64; shift += 8) add(static_cast<unsigned char>(stamp >> shift));
  hash ^= hash >> 31;  // sums of bare FNV values of like texts are not far from each other
  hash *= 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 29);
}

}  // namespace amibroker::replication
