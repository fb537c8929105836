// SPDX-License-Identifier: Apache-2.0
//
// A plugin's options in tests. Since ABI 1; FakeOptionReport since ABI 2; checked values since ABI 3.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "amibroker/message.hpp"
#include "amibroker/options.hpp"

namespace amibroker::testing {

/// The defaults of an option table, and what a test sets over them. A value is text as in the configuration, and is
/// checked as the daemon does it, but for the names of servers. Without a table nothing is checked.
class FakeOptions final : public Options {
 public:
  explicit FakeOptions(std::span<const OptionSpec> table = {}) : table_(table) {
    for (const OptionSpec& option : table) put(option.key, option.default_value);
  }

  /// What the administrator writes. Throws std::invalid_argument if the daemon would refuse the key or the value.
  void set(std::string_view key, std::string_view value) {
    if (!table_.empty()) check(key, value);
    put(key, value);
  }

  [[nodiscard]] bool boolean(std::string_view key) const noexcept override {
    return parse_boolean(text(key)) == Answer::yes;
  }

  [[nodiscard]] std::int64_t integer(std::string_view key) const noexcept override {
    return parse_number(text(key)).value_or(0);
  }

  [[nodiscard]] std::string_view text(std::string_view key) const noexcept override {
    const auto found = values_.find(key);
    return found == values_.end() ? std::string_view{} : found->second;
  }

  [[nodiscard]] const std::vector<std::string_view>& list(std::string_view key) const noexcept override {
    static const std::vector<std::string_view> empty;
    const auto found = lists_.find(key);
    return found == lists_.end() ? empty : found->second;
  }

 private:
  enum class Answer { yes, no, neither };

  static Answer parse_boolean(std::string_view text) noexcept {
    for (const std::string_view yes : {"yes", "true", "on", "1"})
      if (same_name(text, yes)) return Answer::yes;
    for (const std::string_view no : {"no", "false", "off", "0"})
      if (same_name(text, no)) return Answer::no;
    return Answer::neither;
  }

  static std::optional<std::int64_t> parse_number(std::string_view digits) noexcept {
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
  }

  [[nodiscard]] const OptionSpec* row_of(std::string_view key) const noexcept {
    for (const OptionSpec& option : table_)
      if (key == option.key) return &option;
    return nullptr;
  }

  void check(std::string_view key, std::string_view value) const {
    const OptionSpec* const row = row_of(key);
    const std::string name(key);
    if (row == nullptr) throw std::invalid_argument("the plugin has no option \"" + name + '"');
    if (row->required && value.empty()) throw std::invalid_argument("option " + name + " must not be empty");
    if (!takes(*row, value))
      throw std::invalid_argument("option " + name + " does not take \"" + std::string(value) + '"');
  }

  static bool takes(const OptionSpec& option, std::string_view value) {
    switch (option.type) {
      case OptionType::boolean: return parse_boolean(value) != Answer::neither;
      case OptionType::integer: {
        const auto number = parse_number(value);
        return number && *number >= option.min && *number <= option.max;
      }
      case OptionType::choice: {
        const auto words = split(option.choices);
        return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return same_name(word, value); });
      }
      default: return true;
    }
  }

  void put(std::string_view key, std::string_view value) {
    if (const OptionSpec* const row = row_of(key); row != nullptr && row->type == OptionType::choice)
      for (const std::string_view word : split(row->choices))
        if (same_name(word, value)) value = word;
    const std::string& text = values_.insert_or_assign(std::string(key), std::string(value)).first->second;
    lists_.insert_or_assign(std::string(key), split(text));
  }

  static std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> items;
    while (!text.empty()) {
      const std::size_t comma = text.find(',');
      std::string_view item = text.substr(0, comma);
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
      const std::size_t first = item.find_first_not_of(" \t");
      if (first == std::string_view::npos) continue;
      items.push_back(item.substr(first, item.find_last_not_of(" \t") - first + 1));
    }
    return items;
  }

  std::span<const OptionSpec> table_;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::vector<std::string_view>, std::less<>> lists_;
};

/// Keeps what a plugin's `check_options` says.
class FakeOptionReport final : public OptionReport {
 public:
  void mistake(std::string_view key, std::string_view text) noexcept override {
    mistakes.emplace_back(std::string(key).append(1, ' ').append(text));
  }
  void example(std::string_view text) noexcept override { examples.emplace_back(text); }

  std::vector<std::string> mistakes;  ///< key and text
  std::vector<std::string> examples;
};

}  // namespace amibroker::testing
