// SPDX-License-Identifier: Apache-2.0
//
// Numbers that are given out, given back, and given out again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace amibroker::replication {

/// Gives out the lowest number that is free, so that tables that are indexed by them become short again.
class Numbers {
 public:
  [[nodiscard]] std::uint32_t add() {
    if (used_ == is_used_.size()) {
      is_used_.push_back(true);
      return static_cast<std::uint32_t>(used_++);
    }
    const auto free = std::find(is_used_.begin() + static_cast<std::ptrdiff_t>(lowest_), is_used_.end(), false);
    *free = true;
    ++used_;
    lowest_ = static_cast<std::size_t>(free - is_used_.begin());
    return static_cast<std::uint32_t>(lowest_);
  }

  void remove(std::uint32_t number) {
    is_used_[number] = false;
    --used_;
    while (!is_used_.empty() && !is_used_.back()) is_used_.pop_back();
    lowest_ = std::min<std::size_t>({lowest_, number, is_used_.size()});
  }

  [[nodiscard]] bool has(std::uint32_t number) const noexcept { return number < is_used_.size() && is_used_[number]; }
  /// Numbers that are in use.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  /// One more than the highest of them.
  [[nodiscard]] std::size_t end() const noexcept { return is_used_.size(); }

 private:
  std::vector<bool> is_used_;
  std::size_t used_ = 0;
  std::size_t lowest_ = 0;  ///< all below are in use
};

/// Gives a vector's memory back if it uses little of it.
template <typename Vector>
void shrink_if_sparse(Vector& vector) {
  constexpr std::size_t least = 1024;
  if (vector.capacity() > least && vector.size() < vector.capacity() / 4) vector.shrink_to_fit();
}

}  // namespace amibroker::replication
