// SPDX-License-Identifier: Apache-2.0
//
// The stack of a plugin that does not come back.
#pragma once

#include <chrono>

#include "core/app/stack.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {

/// From now on threads of this process answer `stack_of`, in the handler of a signal. Once, at the start.
void answer_stack_requests() noexcept;

/// Has the thread of this call write down its stack. Null if it does not do so within `limit`, or if the call is over.
/// One thread asks; the text is good until it asks again.
[[nodiscard]] const StackText* stack_of(const host::CallSnapshot& call, std::chrono::milliseconds limit) noexcept;

}  // namespace amibroker::app
