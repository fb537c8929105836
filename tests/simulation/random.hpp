// SPDX-License-Identifier: Apache-2.0
//
// Chance, from one seed. The standard library's distributions differ from one library to the next, which would make a
// seed worthless elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/simulation/agenda.hpp"

namespace amibroker::simulation {

/// SplitMix64: cheap to make, and neighbouring seeds have nothing in common.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// 0 to bound - 1.
  [[nodiscard]] std::size_t below(std::size_t bound) noexcept { return static_cast<std::size_t>(next() % bound); }

  /// `least` to `most`, both included.
  [[nodiscard]] int between(int least, int most) noexcept {
    return least + static_cast<int>(below(static_cast<std::size_t>(most - least) + 1));
  }
  [[nodiscard]] Duration between(Duration least, Duration most) noexcept {
    return least + Duration(static_cast<std::int64_t>(below(static_cast<std::size_t>((most - least).count()) + 1)));
  }

  [[nodiscard]] bool happens(double chance) noexcept {
    return static_cast<double>(next() >> 11U) < chance * 9007199254740992.0;  // 2^53, what a double holds
  }

  /// One of a container's elements.
  template <typename Container>
  [[nodiscard]] auto& one_of(Container& container) noexcept {
    return container[below(container.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace amibroker::simulation
