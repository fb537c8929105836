// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/ami_classes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

constexpr std::array<std::pair<std::string_view, Classes>, 19> kClasses{{{"system", 1U << 0U},
                                                                         {"call", 1U << 1U},
                                                                         {"log", 1U << 2U},
                                                                         {"verbose", 1U << 3U},
                                                                         {"command", 1U << 4U},
                                                                         {"agent", 1U << 5U},
                                                                         {"user", 1U << 6U},
                                                                         {"config", 1U << 7U},
                                                                         {"dtmf", 1U << 8U},
                                                                         {"reporting", 1U << 9U},
                                                                         {"cdr", 1U << 10U},
                                                                         {"dialplan", 1U << 11U},
                                                                         {"originate", 1U << 12U},
                                                                         {"agi", 1U << 13U},
                                                                         {"cc", 1U << 15U},
                                                                         {"aoc", 1U << 16U},
                                                                         {"test", 1U << 17U},
                                                                         {"security", 1U << 18U},
                                                                         {"all", kAllClasses}}};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return equal_without_case(text, word); });
}

}  // namespace

Classes classes_of(std::string_view list) noexcept {
  Classes classes = 0;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    for (const auto& [name, bits] : kClasses) {
      if (list.substr(0, comma) == name) classes |= bits;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return classes;
}

std::optional<Classes> event_mask_of(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    Classes bits = 0;
    std::from_chars(text.data(), text.data() + text.size(), bits);
    return bits & kAllClasses;
  }
  if (is_one_of(text, {"no", "false", "n", "f", "off"})) return 0;
  if (is_one_of(text, {"yes", "true", "y", "t", "on"})) return kAllClasses;
  return classes_of(text);
}

Classes classes_of_event(const Fields& event) noexcept {
  auto list = value_of(event, "Privilege");
  // `all` follows the classes of every event.
  if (list.ends_with(",all")) list.remove_suffix(4);
  return classes_of(list);
}

}  // namespace amibroker::sim
