// SPDX-License-Identifier: Apache-2.0
//
// The option table that a plugin declares: whether it makes sense, and one value read by its rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/options.hpp"

namespace amibroker::host {

/// A table is refused that has more options, or longer texts, than a sane plugin would.
inline constexpr std::size_t most_options = 200;
inline constexpr std::size_t longest_option_text = 1000;

/// What is wrong with a table, in words for the plugin's author; nothing if it is sound. Reads only plain data.
[[nodiscard]] std::optional<std::string> fault_of_table(const OptionSpec* options, std::size_t count);

/// Why an option cannot have this value, as the end of a sentence ("takes a whole number from 1 to 60 (in s), not
/// "1m""); nothing if it can. That a server is there is not looked at.
[[nodiscard]] std::optional<std::string> fault_of_value(const OptionSpec& option, std::string_view value);

/// The word of a choice that `value` names, as the table writes it. A view of the table.
[[nodiscard]] std::optional<std::string_view> find_choice(const OptionSpec& option, std::string_view value);

/// The key that names a file with the value of a secret: `password_file` for `password`.
[[nodiscard]] std::string file_key_of(const OptionSpec& option);

/// What an option takes, for a list: "yes or no", "1 to 3600 s", "text", "list", "tcp or tls".
[[nodiscard]] std::string accepted_values(const OptionSpec& option);

}  // namespace amibroker::host
