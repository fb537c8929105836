// SPDX-License-Identifier: Apache-2.0
//
// How much of the loop's time those who watch or ask may have.
#pragma once

#include <algorithm>
#include <chrono>

namespace amibroker::app {

/// Keeps work that comes in pieces to one part in `parts` of the loop's time: after each piece it rests for so many
/// times as long, less one. So nobody who watches or asks takes more than that from the lamps, however much there is to
/// tell. Loop's thread only.
class LoopShare {
 public:
  using Clock = std::chrono::steady_clock;

  /// `parts`: at least 1.
  explicit LoopShare(int parts) : parts_(parts) {}

  /// One piece, from its making to its end. One within another belongs to it.
  class Piece {
   public:
    explicit Piece(LoopShare& share) : share_(share), is_outer_(share.depth_++ == 0), begin_(Clock::now()) {}
    ~Piece() {
      --share_.depth_;
      if (is_outer_) share_.spent(begin_, Clock::now());
    }
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;

   private:
    LoopShare& share_;
    bool is_outer_;
    Clock::time_point begin_;
  };

  /// Until the next piece may begin; zero: at once. Pieces that begin earlier are forgiven, but not forgotten.
  [[nodiscard]] std::chrono::milliseconds rest(Clock::time_point now) const noexcept {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(next_ - now), std::chrono::milliseconds::zero());
  }
  void spent(Clock::time_point begin, Clock::time_point end) noexcept {
    next_ = std::max(next_, end) + (end - begin) * (parts_ - 1);
  }

 private:
  int parts_;
  Clock::time_point next_{};
  int depth_ = 0;
};

}  // namespace amibroker::app
