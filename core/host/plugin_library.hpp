// SPDX-License-Identifier: Apache-2.0
//
// One plugin's .so, loaded and checked.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <variant>

#include "amibroker/export.hpp"
#include "core/host/current_call.hpp"
#include "core/host/file_identity.hpp"
#include "core/host/library_copy.hpp"
#include "core/host/refusal.hpp"

namespace amibroker::host {

/// A library whose descriptor was checked: the plugin in it may be created. Copies are handles of the same library,
/// which several plugins may share, each under a name of its own.
///
/// A library that was once loaded stays mapped until the process ends, even one that was refused. dlclose would not
/// unload most of them anyway (thread_local variables and STB_GNU_UNIQUE symbols, which templates and inline variables
/// make, pin a library), and if it does, every std::function, exception or vtable that the plugin left behind
/// points to nothing.
class PluginLibrary {
 public:
  /// Loads a copy of `file` and checks it; if the file is the same as the last time, the library that was loaded then.
  /// A file that was replaced, or overwritten in place, is another library, beside the one that was loaded before. Any
  /// thread. The plugin's static initialisers run inside this call: that is what loading a library
  /// means, and no check of the descriptor can come before it. Only the checks of check_elf do. `plugin`: the name that
  /// it has in the configuration; empty: that of the file.
  [[nodiscard]] static std::variant<PluginLibrary, Refusal> open(const std::filesystem::path& file,
                                                                 std::string_view plugin = {});

  /// The plugin's name in the configuration, and in all that is said of it.
  [[nodiscard]] std::string_view name() const noexcept { return call_owner_->plugin; }
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  /// What the file was when it was loaded.
  [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }
  [[nodiscard]] const PluginDescriptor& descriptor() const noexcept { return *descriptor_; }
  /// Each call goes with a CallScope of `call_owner`.
  [[nodiscard]] const PluginCalls& calls() const noexcept { return *descriptor_->calls; }
  [[nodiscard]] const CallOwner& call_owner() const noexcept { return *call_owner_; }
  [[nodiscard]] std::span<const OptionSpec> options() const noexcept {
    return {descriptor_->options, descriptor_->option_count};
  }

  /// The same library for another plugin of the configuration.
  [[nodiscard]] PluginLibrary named(std::string_view plugin) const;
  /// The same library under another descriptor, which must outlive all copies of the result.
  [[nodiscard]] PluginLibrary with(const PluginDescriptor& descriptor) const {
    return {file_, identity_, descriptor, *call_owner_};
  }

 private:
  PluginLibrary(std::filesystem::path file, const FileIdentity& identity, const PluginDescriptor& descriptor,
                const CallOwner& call_owner)
      : file_(std::move(file)), identity_(identity), descriptor_(&descriptor), call_owner_(&call_owner) {}
  [[nodiscard]] static std::variant<PluginLibrary, Refusal> load(const std::filesystem::path& file,
                                                                 const LibraryCopy& copy, std::string_view plugin);

  std::filesystem::path file_;
  FileIdentity identity_;
  const PluginDescriptor* descriptor_;
  const CallOwner* call_owner_;
};

}  // namespace amibroker::host
