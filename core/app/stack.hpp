// SPDX-License-Identifier: Apache-2.0
//
// The stack of a thread, as an administrator can send it to the author of a plugin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/app/raw_text.hpp"
#include "core/host/current_call.hpp"

namespace amibroker::app {

/// Addresses of code, the innermost first.
struct Stack {
  std::array<void*, 48> addresses;
  std::size_t size = 0;

  [[nodiscard]] std::span<void* const> view() const noexcept { return {addresses.data(), size}; }
};

/// Makes `stack_here` safe in a signal handler from now on: its first use asks for memory.
void prepare_stacks() noexcept;

/// The calling thread's. `innermost`: where a signal interrupted it; what lies inside of that, which is the handler, is
/// left out. Null: everything.
[[nodiscard]] Stack stack_here(const void* innermost = nullptr) noexcept;

/// Where the code was that a signal interrupted; `context` is the third argument of its handler. Null on processors
/// for which this is not written.
[[nodiscard]] const void* interrupted_code(const void* context) noexcept;
/// Its stack pointer; 0 on the same processors.
[[nodiscard]] std::uintptr_t interrupted_stack(const void* context) noexcept;

/// A stack in words.
struct StackText {
  RawText<8192> lines;      ///< `#0 FILE(+0x1234) SYMBOL`, one line each; the offset is one for addr2line
  RawText<1024> innermost;  ///< the place of the innermost address, in the same form
  const host::CallOwner* plugin = nullptr;  ///< the innermost plugin on the stack; null: there is none
  const void* plugin_address = nullptr;     ///< where its library was loaded
  std::size_t plugin_offset = 0;            ///< where in its library
};
/// Safe in a signal handler. Takes the loader's lock, which the calling thread itself may hold.
void describe(const Stack& stack, StackText& text) noexcept;

}  // namespace amibroker::app
