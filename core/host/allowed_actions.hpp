// SPDX-License-Identifier: Apache-2.0
//
// `allow`: which actions a plugin may ask for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace amibroker::host {

/// All actions, or those of a list. Names are compared without case, as Asterisk does.
class AllowedActions {
 public:
  static constexpr std::size_t most_names = 100;
  static constexpr std::size_t longest_name = 100;

  AllowedActions() = default;

  /// Names between commas; none: no action at all. Otherwise what is wrong, as the end of "allow ...".
  [[nodiscard]] static std::variant<AllowedActions, std::string> parse(std::string_view value);

  [[nodiscard]] bool has(std::string_view action) const noexcept;
  /// "all actions", "no action", or the names, for one line.
  [[nodiscard]] std::string text() const;

  /// Whether they allow the same.
  friend bool operator==(const AllowedActions& a, const AllowedActions& b) noexcept;

 private:
  bool all_ = true;
  std::vector<std::string> names_;  // each once, in an order that does not depend on the configuration's
};

}  // namespace amibroker::host
