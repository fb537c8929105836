// SPDX-License-Identifier: Apache-2.0
//
// Classes of privileges: which events a session may see and which actions it may send (Asterisk: perms in
// main/manager.c). Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// A set of classes, in the bits of Asterisk (include/asterisk/manager.h).
using Classes = std::uint32_t;
inline constexpr Classes kAllClasses = 0x7fffffff;

/// A list with commas; words that no class has, also those with a blank, are passed over.
[[nodiscard]] Classes classes_of(std::string_view list) noexcept;

/// What the header `Events` of Login or `EventMask` of Events asks for: `on`, `off`, bits as a number, or a list.
/// Nothing if it is empty.
[[nodiscard]] std::optional<Classes> event_mask_of(std::string_view text) noexcept;

/// The classes in the event's header `Privilege`; a session needs all of them.
[[nodiscard]] Classes classes_of_event(const Fields& event) noexcept;

}  // namespace amibroker::sim
