// SPDX-License-Identifier: Apache-2.0
//
// Which names may stand otherwise than the daemon was told last, while somebody watches.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// One reader, the daemon, which asks again and again. Nothing is kept while nobody asks. Loop's thread only.
class LampFeed {
 public:
  /// A reader that does not ask for so long has left.
  static constexpr std::chrono::seconds patience{30};
  /// Names that went since the last question; with more of them the reader begins anew.
  static constexpr std::size_t most_gone = 10'000;

  [[nodiscard]] bool watched() const noexcept { return watched_; }
  void begin(TimePoint now) {
    end();
    watched_ = true;
    asked_ = now;
  }
  void asked(TimePoint now) noexcept { asked_ = now; }
  /// From time to time.
  void look_at_clock(TimePoint now) {
    if (watched_ && now - asked_ > patience) end();
  }
  void end() {
    watched_ = false;
    marked_ = {};
    touched_ = {};
    gone_ = {};
    sweep_.reset();
  }

  void touch(KeyId key) {
    if (!watched_) return;
    if (key >= marked_.size()) marked_.resize(key + std::size_t{1});
    if (marked_[key]) return;
    marked_[key] = true;
    touched_.push_back(key);
  }
  /// All names may stand otherwise: a server came up, or went.
  void touch_all() {
    if (watched_) sweep_ = 0;
  }
  void remove(KeyId key, std::string_view name) {
    if (!watched_) return;
    if (gone_.size() >= most_gone) return end();
    gone_.emplace_back(name);
    if (key < marked_.size()) marked_[key] = false;  // what is left of it in the list is passed over
  }

  /// The next key that was touched; of one that went meanwhile nothing is said.
  [[nodiscard]] std::optional<KeyId> next() {
    while (!touched_.empty()) {
      const KeyId key = touched_.back();
      touched_.pop_back();
      if (marked_[key]) {
        marked_[key] = false;
        return key;
      }
    }
    return std::nullopt;
  }
  /// Where to go on with all names; nothing: that is done. The reader sets it.
  [[nodiscard]] std::optional<KeyId>& sweep() noexcept { return sweep_; }
  [[nodiscard]] bool empty() const noexcept { return touched_.empty() && !sweep_; }
  [[nodiscard]] std::vector<std::string> take_gone() { return std::exchange(gone_, {}); }

 private:
  bool watched_ = false;
  TimePoint asked_{};
  std::vector<bool> marked_;  // by key
  std::vector<KeyId> touched_;
  std::optional<KeyId> sweep_{};
  std::vector<std::string> gone_;
};

}  // namespace amibroker::replication
