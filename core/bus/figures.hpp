// SPDX-License-Identifier: Apache-2.0
//
// What is counted of the bus; docs/monitoring.md lists it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace amibroker::cluster {

/// Why a message went nowhere.
enum class Drop : std::uint8_t {
  in_full,    ///< it came, and the loop had not taken enough of what came before
  out_full,   ///< too much waited to be sent
  no_way,     ///< there was no connection to send it by
  malformed,  ///< it came, and its subject, or where its answer should go, is none of ours
  too_long,   ///< more than Bus::most_payload, or than the engine's server takes
};

inline constexpr std::array<std::string_view, 5> drop_names{"in_full", "out_full", "no_connection", "malformed",
                                                            "too_long"};

/// Counted by several threads, read by the loop's.
struct Figures {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> messages_in{0};
  std::atomic<std::uint64_t> messages_out{0};
  std::atomic<std::uint64_t> bytes_in{0};  ///< payload
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> refused{0};     ///< what the engine did not let us do
  std::atomic<std::uint64_t> unanswered{0};  ///< questions
  std::array<std::atomic<std::uint64_t>, drop_names.size()> dropped{};

  void drop(Drop why, std::uint64_t count = 1) noexcept {
    dropped[static_cast<std::size_t>(why)].fetch_add(count, std::memory_order_relaxed);
  }
};

}  // namespace amibroker::cluster
