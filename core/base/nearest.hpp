// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean": the known word that is nearest to one that was mistyped.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace amibroker::base {

/// The word of `known` that takes the fewest typing mistakes (a letter wrong, missing, too many, or two swapped;
/// another case is no mistake) to become `word`; the first of several. Nothing if even the nearest is too far away:
/// more than one mistake in three letters. Looks at the first 1,000 of `known`; the result is a view of one of them.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

/// ` (did you mean "x"?)`, or an empty text if no known word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace amibroker::base
