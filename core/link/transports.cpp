// SPDX-License-Identifier: Apache-2.0
//
// The kinds of transport that there are: the one place that names them.
#include <algorithm>
#include <array>

#include "core/base/key_table.hpp"
#include "core/link/native/transport.hpp"
#include "core/link/transport.hpp"
#include "core/link/zmq/transport.hpp"

namespace amibroker::link {

std::span<const TransportKind> transport_kinds() noexcept {
  static const std::array kinds{zeromq::zmq_kind(), native::native_kind()};
  return kinds;
}

const TransportKind* find_transport(std::string_view name) noexcept {
  const auto kinds = transport_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

void forbid_other_keys(const base::Section& section, const TransportKind& kind, base::Findings& findings) {
  for (const TransportKind& other : transport_kinds()) {
    if (&other == &kind) continue;
    for (const std::string_view key : other.keys)
      base::forbid(section, {key}, "transport = " + std::string(other.name), findings);
  }
}

}  // namespace amibroker::link
