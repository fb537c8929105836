// SPDX-License-Identifier: Apache-2.0
//
// A plugin's options in tests. Since ABI 1; FakeOptionReport since ABI 2.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/options.hpp"

namespace amibroker::testing {

/// The defaults of an option table, and what a test sets over them. A value is text as in the configuration; it is not
/// checked, as the daemon does that before a plugin sees it.
class FakeOptions final : public Options {
 public:
  explicit FakeOptions(std::span<const OptionSpec> table = {}) {
    for (const OptionSpec& option : table) set(option.key, option.default_value);
  }

  void set(std::string_view key, std::string_view value) {
    const std::string& text = values_.insert_or_assign(std::string(key), std::string(value)).first->second;
    lists_.insert_or_assign(std::string(key), split(text));
  }

  [[nodiscard]] bool boolean(std::string_view key) const noexcept override { return text(key) == "yes"; }

  [[nodiscard]] std::int64_t integer(std::string_view key) const noexcept override {
    const std::string_view digits = text(key);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
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
