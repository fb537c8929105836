// SPDX-License-Identifier: Apache-2.0
//
// A look at a file before the system's loader maps it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/host/refusal.hpp"

namespace amibroker::host {

/// Whether `file` is a whole shared library for this machine; nothing if it is. The loader itself would say some of
/// this in words that help nobody, and it dies of SIGBUS when it maps a file that was cut while it was copied. `shown`:
/// what the refusal calls the file, if it is a copy of another one.
[[nodiscard]] std::optional<Refusal> check_elf(const std::filesystem::path& file,
                                               const std::filesystem::path& shown = {});

/// How many bytes of a library, from its start, the loader maps; 0 if that cannot be known. The rest is for debuggers.
[[nodiscard]] std::uint64_t size_mapped(const std::filesystem::path& file);

}  // namespace amibroker::host
