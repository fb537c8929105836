// SPDX-License-Identifier: Apache-2.0
#include "core/base/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace amibroker::base {
namespace {

/// Names of a configuration are short; anything longer is no mistyped name, and need not be measured.
constexpr std::size_t longest_word = 64;

/// Of more words than that only the first ones are looked at: each costs a comparison of all letters with all letters.
constexpr std::size_t most_words = 1000;

using Row = std::array<std::size_t, longest_word + 1>;

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Edit distance in which two neighbours that are swapped count once (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) noexcept {
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t limit = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : known.first(std::min(known.size(), most_words))) {
    if (candidate.empty() || candidate.size() > longest_word) continue;
    const std::size_t found = distance(word, candidate);
    if (found >= limit || found >= candidate.size()) continue;  // as many mistakes as letters: another word
    limit = found;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto found = nearest(word, known);
  return found ? " (did you mean \"" + std::string(*found) + "\"?)" : std::string();
}

}  // namespace amibroker::base
