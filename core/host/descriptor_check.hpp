// SPDX-License-Identifier: Apache-2.0
//
// What a library says of itself, checked before any C++ of it is touched.
#pragma once

#include <filesystem>
#include <optional>

#include "amibroker/export.hpp"
#include "core/host/refusal.hpp"

namespace amibroker::host {

/// Whether the daemon may work with a plugin of this descriptor, which was found in `file`; nothing if it may.
/// The members are read in their order, and none before those that vouch for it. The plugin's name must be that of the
/// file, because the configuration switches plugins on by file name.
[[nodiscard]] std::optional<Refusal> check_descriptor(const PluginDescriptor& descriptor,
                                                      const std::filesystem::path& file);

}  // namespace amibroker::host
