// SPDX-License-Identifier: Apache-2.0
//
// Folders that systemd makes for the daemon.
#pragma once

#include <filesystem>
#include <optional>

namespace amibroker::app {

/// The folder that systemd names in an environment variable (RUNTIME_DIRECTORY, STATE_DIRECTORY), of several the first;
/// nothing if there is none.
[[nodiscard]] std::optional<std::filesystem::path> systemd_folder(const char* variable);

}  // namespace amibroker::app
