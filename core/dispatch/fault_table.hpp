// SPDX-License-Identifier: Apache-2.0
//
// What one handler threw, by call and text.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log_limit.hpp"

namespace amibroker::dispatch {

/// Counts faults, and says which of them is worth a line: each distinct one at most once a minute. So one fault that
/// comes all the time hides no other.
class FaultTable {
 public:
  /// A text may hold a number that is new each time: from then on all further ones count as one, "(other texts)".
  static constexpr std::size_t most_entries = 16;
  static constexpr std::size_t longest_text = 200;

  struct Entry {
    std::string call;  ///< `on_event`
    std::string text;  ///< fit for a line
    std::uint64_t count = 0;
    base::LogLimit limit;
  };

  /// One more fault in `call`. Nothing: no line. A number: a line, and so many of the same kind had none since the
  /// last.
  std::optional<std::uint64_t> add(std::string_view call, std::string_view text,
                                   std::chrono::steady_clock::time_point now);

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

  /// "on_event: no such key (12 times), a task: out of range (3 times)": the most frequent first.
  [[nodiscard]] std::string summary() const;

 private:
  Entry& entry_of(std::string_view call, const std::string& text);

  std::vector<Entry> entries_;
};

}  // namespace amibroker::dispatch
