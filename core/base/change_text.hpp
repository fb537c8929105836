// SPDX-License-Identifier: Apache-2.0
//
// How a log line names a value of the configuration that is another one now.
#pragma once

#include <string>
#include <string_view>

namespace amibroker::base {

/// "KEY is NOW, was BEFORE", fit for one line; an empty text is called "not set". Not for secrets.
[[nodiscard]] std::string change_text(std::string_view key, std::string_view before, std::string_view now);

[[nodiscard]] constexpr std::string_view yes_or_no(bool value) noexcept { return value ? "yes" : "no"; }

}  // namespace amibroker::base
