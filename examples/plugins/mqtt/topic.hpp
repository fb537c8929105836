// SPDX-License-Identifier: Apache-2.0
//
// Names that others chose, as levels of MQTT topics.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mqtt {

/// Longest name of a device or presentity, in bytes. Asterisk's own are shorter than 100.
inline constexpr std::size_t longest_name = 200;

/// Appends `name` as one level. Printable ASCII stays, but for the blank and `/ + # %`; each other byte becomes `%XX`,
/// as in a URL: two names never have the same level, and no name reaches into another topic or into a wildcard.
void append_level(std::string& topic, std::string_view name);

/// What is wrong with a text as the beginning of all topics; empty if nothing is.
[[nodiscard]] std::string fault_of_prefix(std::string_view prefix);

}  // namespace mqtt
