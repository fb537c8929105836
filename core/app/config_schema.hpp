// SPDX-License-Identifier: Apache-2.0
//
// Which sections and keys a configuration has, and how each one is read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/config.hpp"
#include "core/base/key_table.hpp"

namespace amibroker::app {

/// A server while it is read. Its transport is null if the section names one that there is not.
struct ServerDraft {
  ServerSettings server{};
};

/// `[general]`. The keys device_state and presence switch the plugins that are already in `Config::plugins`.
[[nodiscard]] std::span<const base::KeySpec<Config>> general_keys() noexcept;

/// `[control]`.
[[nodiscard]] std::span<const base::KeySpec<ControlSettings>> control_keys() noexcept;

/// `[servers]`: `sections`, as the entry itself.
[[nodiscard]] std::span<const base::KeySpec<const base::Setting*>> servers_keys() noexcept;

/// The keys of a server's section that every transport has. The others are those of the transports: see
/// link::TransportKind.
[[nodiscard]] std::span<const base::KeySpec<ServerDraft>> server_keys() noexcept;

/// The plugin of that name; a new one, switched off, where there is none.
host::PluginConfig& plugin_of(Config& config, std::string_view name);

}  // namespace amibroker::app
