// SPDX-License-Identifier: Apache-2.0
//
// Actions that a native server is never given.
#pragma once

#include <string_view>

namespace amibroker::link::native {

/// Why an action is not sent: it would change, block or end the session that all plugins share. Empty if it may be
/// sent. The name is compared without case.
[[nodiscard]] std::string_view refusal_of(std::string_view action) noexcept;

}  // namespace amibroker::link::native
