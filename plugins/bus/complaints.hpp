// SPDX-License-Identifier: Apache-2.0
//
// Log lines about what clients, readers and servers do wrong, held to a bound.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "amibroker/host.hpp"

namespace amibroker::bus {

/// Each kind has one line a minute, which says how many were held back; so nobody fills the log from outside. One
/// thread for each object.
class Complaints {
 public:
  enum class Kind : std::uint8_t { action, request, subscription, key, event, full, listen, failure, count };

  explicit Complaints(Host& host) : host_(host) {}

  void add(Kind kind, const std::string& text) {
    Said& said = said_[static_cast<std::size_t>(kind)];
    const auto now = host_.now();
    if (said.at && now - *said.at < std::chrono::minutes(1)) {
      ++said.held_back;
      return;
    }
    const std::string more =
        said.held_back == 0 ? "" : " (" + std::to_string(said.held_back) + " more since the last line)";
    host_.log(Level::warning, text + more);
    said = {now, 0};
  }

 private:
  struct Said {
    std::optional<std::chrono::steady_clock::time_point> at;
    std::uint64_t held_back = 0;
  };
  Host& host_;
  std::array<Said, static_cast<std::size_t>(Kind::count)> said_;
};

}  // namespace amibroker::bus
