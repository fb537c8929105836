// SPDX-License-Identifier: Apache-2.0
//
// A look at a file before the system's loader maps it.
#pragma once

#include <filesystem>
#include <optional>

#include "core/host/refusal.hpp"

namespace amibroker::host {

/// Whether `file` is a whole shared library for this machine; nothing if it is. The loader itself would tell some
/// of this in words that help nobody, and it dies of SIGBUS when it maps a file that was cut while it was copied.
[[nodiscard]] std::optional<Refusal> check_elf(const std::filesystem::path& file);

}  // namespace amibroker::host
