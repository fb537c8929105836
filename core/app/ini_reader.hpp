// SPDX-License-Identifier: Apache-2.0
//
// The text of a configuration as sections, keys and values, with their lines. Knows no key by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/problem.hpp"
#include "core/base/section.hpp"

namespace amibroker::app {

/// Reads a whole file. What cannot be read is added to `errors` and left out: a line without `=`, a key before the
/// first section, a key twice in a section (the first one is kept), a section twice (likewise), control bytes.
/// Lines, keys and values may be of any length, but names may not, see LineFeed::max_name_bytes.
[[nodiscard]] std::vector<base::Section> read_ini(std::string_view text, std::vector<base::Problem>& errors);

}  // namespace amibroker::app
