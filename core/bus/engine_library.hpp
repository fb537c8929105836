// SPDX-License-Identifier: Apache-2.0
//
// The library of an engine, loaded and checked.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "core/bus/engine.hpp"

namespace amibroker::cluster {

/// Why there is no engine: one line that says what, where, and what to do.
struct EngineRefusal {
  std::string text;
};

/// Where the daemon's engines lie, from the folder of its binary: built or installed.
[[nodiscard]] std::filesystem::path engine_file();

/// Why this file cannot be the engine, without loading it; empty: it is there.
[[nodiscard]] std::string why_no_engine(const std::filesystem::path& file);

/// Loads the library, which stays until the process ends.
[[nodiscard]] std::variant<const EngineDescriptor*, EngineRefusal> load_engine(const std::filesystem::path& file);

}  // namespace amibroker::cluster
