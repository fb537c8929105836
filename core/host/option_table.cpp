// SPDX-License-Identifier: Apache-2.0
#include "core/host/option_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "amibroker/message.hpp"
#include "core/base/nearest.hpp"
#include "core/base/printable.hpp"
#include "core/base/values.hpp"
#include "core/host/plugin_keys.hpp"

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

/// "tcp, tls or udp".
std::string alternatives(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == words.size() ? " or " : ", ").append(words[i]);
  return text;
}

std::optional<std::string> fault_of_option(const OptionSpec& option, std::size_t index) {
  const std::string where = "row " + std::to_string(index + 1) + " of its option table ";
  if (!is_sane_text(option.key) || !base::is_identifier(option.key)) return where + "has no key of [a-z0-9_], 1 to 40";
  const std::string which = "its option " + std::string(option.key) + " ";
  if (option.type > OptionType::secret) return which + "has no known type";
  if (!is_sane_text(option.default_value)) return which + "has no default value, or an endless one";
  if (!is_sane_text(option.unit)) return which + "has no unit (\"\" if there is none), or an endless one";
  if (!is_sane_text(option.text)) return which + "has no explanation, or an endless one";
  if (option.type == OptionType::integer && option.min > option.max) return which + "has a min above its max";
  if (!is_sane_text(option.choices)) return which + "has no choices (\"\" if it is no choice), or endless ones";
  if (option.type == OptionType::choice && base::split_list(option.choices).empty()) return which + "has no choices";
  if (option.type == OptionType::secret && *option.default_value != '\0')
    return which + "is a secret with a default value, which everybody can read in the library";
  if (option.required) return std::nullopt;  // its default is not used
  if (const auto fault = fault_of_value(option, option.default_value))
    return which + "has a default that it would not accept: it " + *fault;
  return std::nullopt;
}

/// Whether the key for the file of a secret is the key of another option.
bool takes_key_of(const OptionSpec& option, const OptionSpec& other) {
  return option.type == OptionType::secret && file_key_of(option) == other.key;
}

}  // namespace

std::optional<std::string> fault_of_table(const OptionSpec* options, std::size_t count) {
  if (count == 0) return std::nullopt;
  if (options == nullptr) return "it has options, but no option table";
  if (count > most_options)
    return "it has " + std::to_string(count) + " options, and " + std::to_string(most_options) + " are the most";
  for (std::size_t i = 0; i < count; ++i) {
    if (auto fault = fault_of_option(options[i], i)) return fault;
    const auto own = plugin_key_names();
    const bool is_shared = is_shared_key(options[i].key) && options[i].type == OptionType::list;
    if (!is_shared && std::find(own.begin(), own.end(), options[i].key) != own.end())
      return "its option " + std::string(options[i].key) + " has the name of a key that the daemon itself reads";
    for (std::size_t j = 0; j < i; ++j)
      if (std::strcmp(options[i].key, options[j].key) == 0 || takes_key_of(options[i], options[j]) ||
          takes_key_of(options[j], options[i]))
        return "its option " + std::string(options[i].key) + " is in its option table twice";
  }
  return std::nullopt;
}

std::optional<std::string_view> find_choice(const OptionSpec& option, std::string_view value) {
  for (const std::string_view word : base::split_list(option.choices))
    if (same_name(word, value)) return word;
  return std::nullopt;
}

std::string file_key_of(const OptionSpec& option) { return std::string(option.key) + "_file"; }

std::optional<std::string> fault_of_value(const OptionSpec& option, std::string_view value) {
  const auto but = [value](std::string takes) {
    return "takes " + std::move(takes) + ", not \"" + base::printable(value, longest_shown_value) + '"';
  };
  if (option.type == OptionType::choice && !find_choice(option, value)) {
    const auto words = base::split_list(option.choices);
    return but(alternatives(words)) + base::did_you_mean(value, words);
  }
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
    case OptionType::choice: return alternatives(base::split_list(option.choices));
    case OptionType::server: return "name of a server's section";
    case OptionType::secret: return "secret; or " + file_key_of(option) + " = its file";
    case OptionType::integer: break;
  }
  std::string range = range_of(option);
  if (range.empty()) range = "number";
  return *option.unit == '\0' ? range : range + ' ' + option.unit;
}

}  // namespace amibroker::host
