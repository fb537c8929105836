// SPDX-License-Identifier: Apache-2.0
#include "core/host/option_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/printable.hpp"
#include "core/base/values.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_value = 60;

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
  if (!is_sane_text(option.key) || !base::is_identifier(option.key)) return where + "has no key of [a-z0-9_], 1 to 40";
  const std::string which = "its option " + std::string(option.key) + " ";
  if (option.type > OptionType::list) return which + "has no known type";
  if (!is_sane_text(option.default_value)) return which + "has no default value, or an endless one";
  if (!is_sane_text(option.unit)) return which + "has no unit (\"\" if there is none), or an endless one";
  if (!is_sane_text(option.text)) return which + "has no explanation, or an endless one";
  if (option.type == OptionType::integer && option.min > option.max) return which + "has a min above its max";
  if (const auto fault = fault_of_value(option, option.default_value))
    return which + "has a default that it would not accept: it " + *fault;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of_table(const OptionSpec* options, std::size_t count) {
  if (count == 0) return std::nullopt;
  if (options == nullptr) return "it has options, but no option table";
  if (count > most_options)
    return "it has " + std::to_string(count) + " options, and " + std::to_string(most_options) + " are the most";
  for (std::size_t i = 0; i < count; ++i) {
    if (auto fault = fault_of_option(options[i], i)) return fault;
    for (std::size_t j = 0; j < i; ++j)
      if (std::strcmp(options[i].key, options[j].key) == 0)
        return "its option " + std::string(options[i].key) + " is in its option table twice";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_value(const OptionSpec& option, std::string_view value) {
  const auto but = [value](std::string takes) {
    return "takes " + std::move(takes) + ", not \"" + base::printable(value, longest_shown_value) + '"';
  };
  if (option.type == OptionType::boolean && !base::parse_boolean(value)) return but("yes or no");
  if (option.type != OptionType::integer) return std::nullopt;
  const auto number = base::parse_number(value);
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
