// SPDX-License-Identifier: Apache-2.0
//
// Which names can be written to Asterisk, and telling the administrator about those that cannot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace amibroker::replication {

/// Most bytes of a name with its provider, e.g. `Custom:PJSIP/100`. Asterisk cuts the rest off without a word when
/// it publishes stored states again (AST_MAX_EXTENSION in include/asterisk/channel.h: 80 with the closing zero).
inline constexpr std::size_t longest_shown_name = 79;

/// Why a name, its provider included, cannot be used in `DEVICE_STATE(...)`; an empty text if it can. It must not end
/// the parenthesis, start a variable or a further argument, or break the AMI line.
[[nodiscard]] std::string_view why_unwritable(std::string_view shown_name) noexcept;

/// Remembers which names a warning was written for, so that each has one, up to a bound: a server that sends ever
/// new names fills neither the memory nor the log.
class WarnedNames {
 public:
  static constexpr std::size_t capacity = 32;

  enum class Answer : std::uint8_t { warn, warn_last, silent };

  /// What to do about this name: warn; warn and say that further names are only counted; or nothing.
  [[nodiscard]] Answer ask(std::string_view name);

 private:
  std::set<std::size_t> hashes_;  ///< of the names, because a name can be long
};

/// At most the first 100 bytes of a text, for a log line.
[[nodiscard]] constexpr std::string_view for_log(std::string_view text) noexcept { return text.substr(0, 100); }

}  // namespace amibroker::replication
