// SPDX-License-Identifier: Apache-2.0
//
// One plugin's .so, loaded and checked.
#pragma once

#include <filesystem>
#include <span>
#include <variant>

#include "amibroker/export.hpp"
#include "core/host/refusal.hpp"

namespace amibroker::host {

/// A library whose descriptor was checked: the plugin in it may be created. Copies are handles of the same library.
///
/// A library that was once loaded stays mapped until the process ends, even one that was refused. dlclose would not
/// unload most of them anyway (thread_local variables and STB_GNU_UNIQUE symbols, which templates and inline variables
/// make, pin a library), and if it does, every std::function, exception or vtable that the plugin left behind
/// points to nothing.
class PluginLibrary {
 public:
  /// Loads `file` and checks it. The plugin's static initialisers run inside this call: that is what loading a library
  /// means, and no check of the descriptor can come before it. Only the checks of check_elf do.
  [[nodiscard]] static std::variant<PluginLibrary, Refusal> open(const std::filesystem::path& file);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] const PluginDescriptor& descriptor() const noexcept { return *descriptor_; }
  [[nodiscard]] const PluginCalls& calls() const noexcept { return *descriptor_->calls; }
  [[nodiscard]] std::span<const OptionSpec> options() const noexcept {
    return {descriptor_->options, descriptor_->option_count};
  }

 private:
  PluginLibrary(std::filesystem::path file, const PluginDescriptor& descriptor)
      : file_(std::move(file)), descriptor_(&descriptor) {}

  std::filesystem::path file_;
  const PluginDescriptor* descriptor_;
};

}  // namespace amibroker::host
