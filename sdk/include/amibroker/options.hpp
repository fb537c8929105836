// SPDX-License-Identifier: Apache-2.0
//
// The options that a plugin declares, and their values from `[plugin NAME]` of the configuration. Since ABI 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace amibroker {

enum class OptionType : std::uint8_t {
  boolean,  ///< yes or no
  integer,  ///< a whole number within [min, max]
  text,     ///< anything on one line
  list,     ///< texts separated by commas
};

/// One row of a plugin's option table. The host checks the configuration against the table before it creates the
/// plugin: an unknown key, a wrong type or a value out of range is a configuration error with file and line.
/// Plain data: it is read before any C++ of the plugin runs.
struct OptionSpec {
  const char* key;            ///< as in the configuration, [a-z0-9_]
  OptionType type;            ///< how the value is read
  const char* default_value;  ///< as it would be written in the configuration
  const char* unit;           ///< "s", "ms", "bytes", or "" if there is none
  std::int64_t min;           ///< least value of an integer
  std::int64_t max;           ///< greatest value of an integer
  const char* text;           ///< one line for the administrator: what it does
};

/// The checked values of a plugin's options; a key that is not in the configuration has its default.
/// Only keys of the plugin's own table may be asked for: any other gives false, 0, or an empty text.
class Options {
 public:
  [[nodiscard]] virtual bool boolean(std::string_view key) const noexcept = 0;
  [[nodiscard]] virtual std::int64_t integer(std::string_view key) const noexcept = 0;
  [[nodiscard]] virtual std::string_view text(std::string_view key) const noexcept = 0;
  /// The items of a list, without the blanks around them; empty items are left out.
  [[nodiscard]] virtual const std::vector<std::string_view>& list(std::string_view key) const noexcept = 0;

 protected:
  ~Options() = default;
};

}  // namespace amibroker
