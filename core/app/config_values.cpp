// SPDX-License-Identifier: Apache-2.0
#include "core/app/config_values.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "core/base/text.hpp"
#include "core/base/values.hpp"

namespace amibroker::app {

std::optional<Level> parse_level(std::string_view text) {
  constexpr Level levels[] = {Level::debug, Level::info, Level::warning, Level::error};
  const auto word = std::find(std::begin(level_words), std::end(level_words), base::lower(text));
  if (word == std::end(level_words)) return std::nullopt;
  return levels[word - std::begin(level_words)];
}

std::optional<std::chrono::seconds> parse_length(std::string_view text) {
  constexpr std::int64_t greatest = 1'000'000;
  std::int64_t unit = 1;
  if (text.ends_with('h')) unit = 3600;
  else if (text.ends_with('m')) unit = 60;
  if (text.ends_with('h') || text.ends_with('m') || text.ends_with('s')) text.remove_suffix(1);
  const auto number = base::parse_number(text);
  if (!number || *number < 0 || *number > greatest) return std::nullopt;
  return std::chrono::seconds(*number * unit);
}

bool is_zone_name(std::string_view text) noexcept {
  constexpr std::size_t longest = 40;
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), base::is_word_character);
}

bool is_glob(std::string_view text) noexcept { return !text.empty() && !base::has_control(text); }

}  // namespace amibroker::app
