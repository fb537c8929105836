// SPDX-License-Identifier: Apache-2.0
//
// The name of a plugin: that of its library, or LIBRARY:INSTANCE if a library is used more than once.
#pragma once

#include <cstddef>
#include <string_view>

namespace amibroker::host {

inline constexpr char instance_mark = ':';
inline constexpr std::size_t longest_instance_name = 32;
/// What such a name is made of, for a message.
inline constexpr std::string_view plugin_name_rule =
    "1 to 40 of a-z, 0-9 and \"_\"; for one more instance of a library NAME:INSTANCE, with 1 to 32 of these after the "
    "\":\"";

/// The library's name in a plugin's name.
[[nodiscard]] constexpr std::string_view library_of(std::string_view plugin) noexcept {
  return plugin.substr(0, plugin.find(instance_mark));
}

/// Whether a plugin may have this name.
[[nodiscard]] bool is_plugin_name(std::string_view name) noexcept;

}  // namespace amibroker::host
