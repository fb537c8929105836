// SPDX-License-Identifier: Apache-2.0
//
// The settings of one `[plugin NAME]` section, checked against the table that the plugin declares.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/options.hpp"
#include "core/host/plugin_config.hpp"

namespace amibroker::host {

/// One option and its value, as text.
struct OptionText {
  std::string key;
  OptionType type = OptionType::text;
  std::string text;
};

/// The checked values of one plugin's options. Moving keeps all views valid. Reading is safe from any thread.
class OptionValues final : public Options {
 public:
  OptionValues() = default;
  OptionValues(const OptionValues&) = delete;
  OptionValues& operator=(const OptionValues&) = delete;
  OptionValues(OptionValues&&) noexcept = default;
  OptionValues& operator=(OptionValues&&) noexcept = default;
  ~OptionValues() = default;

  /// Reads `config.settings` by the rows of `table`, which must be sound (see fault_of_table). Each mistake is
  /// appended to `errors` with its line, and the option then keeps its default.
  static OptionValues read(const PluginConfig& config, std::span<const OptionSpec> table,
                           std::vector<base::Problem>& errors);

  /// From what `texts` gave, in another process.
  [[nodiscard]] static OptionValues of(std::vector<OptionText> texts);
  [[nodiscard]] std::vector<OptionText> texts() const;

  /// The options whose values are other than in `before`, a text for each: "its option pace is 5, was 10". An option
  /// that only one of the two has is named too. The value of a secret is in none of them.
  [[nodiscard]] std::vector<std::string> changes_from(const OptionValues& before) const;
  /// `text` with "(secret)" in the place of each value of a secret. Of a secret of less than 4 bytes nothing can be
  /// hidden, for these are part of other words too.
  [[nodiscard]] std::string without_secrets(std::string text) const;

  [[nodiscard]] bool boolean(std::string_view key) const noexcept override;
  [[nodiscard]] std::int64_t integer(std::string_view key) const noexcept override;
  [[nodiscard]] std::string_view text(std::string_view key) const noexcept override;
  [[nodiscard]] const std::vector<std::string_view>& list(std::string_view key) const noexcept override;

 private:
  struct Value : OptionText {
    bool boolean = false;
    std::int64_t integer = 0;
    std::vector<std::string_view> list;  // views into `text`
  };
  [[nodiscard]] const Value* find(std::string_view key, OptionType type) const noexcept;

  std::vector<Value> values_;  // never grows after `of`: a list holds views into the text beside it
};

}  // namespace amibroker::host
