// SPDX-License-Identifier: Apache-2.0
#include "core/host/option_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "amibroker/message.hpp"
#include "core/ami/printable.hpp"

namespace amibroker::host {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t longest_shown_value = 60;

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_sane_text(const char* text) noexcept {
  return text != nullptr && ::strnlen(text, longest_option_text + 1) <= longest_option_text;
}

std::string range_of(const OptionSpec& option) {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  if (option.min == lowest && option.max == highest) return "";
  if (option.max == highest) return std::to_string(option.min) + " or more";
  if (option.min == lowest) return std::to_string(option.max) + " or less";
  return std::to_string(option.min) + " to " + std::to_string(option.max);
}

std::optional<std::string> fault_of_option(const OptionSpec& option, std::size_t index) {
  const std::string where = "row " + std::to_string(index + 1) + " of its option table ";
  if (!is_sane_text(option.key) || !is_identifier(option.key)) return where + "has no key of [a-z0-9_], 1 to 40";
  const std::string which = "its option " + std::string(option.key) + " ";
  if (option.type > OptionType::list) return which + "has no known type";
  if (!is_sane_text(option.default_value)) return which + "has no default value, or an endless one";
  if (!is_sane_text(option.unit)) return which + "has no unit (\"\" where there is none), or an endless one";
  if (!is_sane_text(option.text)) return which + "has no explanation, or an endless one";
  if (option.type == OptionType::integer && option.min > option.max) return which + "has a min above its max";
  if (const auto fault = fault_of_value(option, option.default_value))
    return which + "has a default that it would not accept: it " + *fault;
  return std::nullopt;
}

}  // namespace

bool is_identifier(std::string_view text, std::size_t longest) noexcept {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

std::optional<std::string> fault_of_table(const OptionSpec* options, std::size_t count) {
  if (count == 0) return std::nullopt;
  if (options == nullptr) return "it has options, but no option table";
  if (count > most_options)
    return "it has " + std::to_string(count) + " options, and " + std::to_string(most_options) + " are the most";
  for (std::size_t i = 0; i < count; ++i) {
    if (auto fault = fault_of_option(options[i], i)) return fault;
    for (std::size_t j = 0; j < i; ++j)
      if (std::strcmp(options[i].key, options[j].key) == 0)
        return "its option " + std::string(options[i].key) + " stands twice in its option table";
  }
  return std::nullopt;
}

std::optional<bool> read_boolean(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> yes{"yes", "true", "on", "1"};
  constexpr std::array<std::string_view, 4> no{"no", "false", "off", "0"};
  const auto is_text = [text](std::string_view word) { return same_name(word, text); };
  if (std::any_of(yes.begin(), yes.end(), is_text)) return true;
  if (std::any_of(no.begin(), no.end(), is_text)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::vector<std::string_view> read_list(std::string_view text) {
  std::vector<std::string_view> items;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    if (!item.empty()) items.push_back(item);
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::string> fault_of_value(const OptionSpec& option, std::string_view value) {
  const auto but = [value](std::string takes) {
    return "takes " + std::move(takes) + ", not \"" + ami::printable(value, longest_shown_value) + '"';
  };
  if (option.type == OptionType::boolean && !read_boolean(value)) return but("yes or no");
  if (option.type != OptionType::integer) return std::nullopt;
  const auto number = read_integer(value);
  if (number && *number >= option.min && *number <= option.max) return std::nullopt;
  std::string takes = "a whole number";
  if (const std::string range = range_of(option); !range.empty())
    takes += (range.ends_with("or more") || range.ends_with("or less") ? ", " : " from ") + range;
  if (*option.unit != '\0') takes += " (in " + std::string(option.unit) + ')';
  return but(std::move(takes));
}

std::string accepted_values(const OptionSpec& option) {
  switch (option.type) {
    case OptionType::boolean: return "yes or no";
    case OptionType::text: return "text";
    case OptionType::list: return "list";
    case OptionType::integer: break;
  }
  std::string range = range_of(option);
  if (range.empty()) range = "number";
  return *option.unit == '\0' ? range : range + ' ' + option.unit;
}

}  // namespace amibroker::host
