// SPDX-License-Identifier: Apache-2.0
//
// Where a plugin keeps files that outlive the daemon.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace amibroker::host {

/// The folder of one plugin in the daemon's folder of state. A plugin called NAME:INSTANCE has NAME.INSTANCE, for a
/// colon means something in lists of folders and to rsync; no name has a dot of its own.
[[nodiscard]] std::filesystem::path state_folder_of(const std::filesystem::path& all, std::string_view plugin);

/// Makes that folder, for the daemon's user alone (mode 0700), unless it is there. Empty if it can be used; otherwise
/// what is wrong and what to do. Any thread, also several at a time.
[[nodiscard]] std::string make_state_folder(const std::filesystem::path& folder);

}  // namespace amibroker::host
