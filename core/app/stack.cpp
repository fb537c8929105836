// SPDX-License-Identifier: Apache-2.0
#include "core/app/stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace amibroker::app {
namespace {

/// A place in the code, in one of the loaded libraries or in none.
struct Place {
  const void* address;
  const char* file = nullptr;  // null: it is in none
  const char* symbol = nullptr;
  const host::CallOwner* plugin = nullptr;  // the plugin in it; its file is the one that the copy was made of
  const void* library = nullptr;            // where it was loaded
  std::size_t offset = 0;                   // from the beginning of the library
};

const host::CallOwner* plugin_in(const char* library) noexcept {
  for (const auto* owner = host::newest_call_owner(); owner != nullptr; owner = owner->older)
    if (std::strcmp(owner->loader_name, library) == 0) return owner;
  return nullptr;
}

Place place_of(const void* address) noexcept {
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {address};
  const auto offset = reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  Place place{address, info.dli_fname, info.dli_sname, plugin_in(info.dli_fname), info.dli_fbase, offset};
  if (place.plugin != nullptr) place.file = place.plugin->file;
  return place;
}

template <std::size_t space>
void add(RawText<space>& text, const Place& place) noexcept {
  if (place.file == nullptr) {
    text.add_hex(place.address).add(", which is in no library");
    return;
  }
  text.add(place.file).add("(+").add_hex(place.offset).add(")");
  if (place.symbol != nullptr) text.add(" ").add(place.symbol);
}

}  // namespace

void prepare_stacks() noexcept { static_cast<void>(stack_here()); }

Stack stack_here(const void* innermost) noexcept {
  Stack stack;
  stack.size = static_cast<std::size_t>(::backtrace(stack.addresses.data(), static_cast<int>(stack.addresses.size())));
  const auto first = stack.addresses.begin();
  const auto last = first + static_cast<std::ptrdiff_t>(stack.size);
  const auto found = std::find(first, last, innermost);
  if (innermost == nullptr || found == last) return stack;
  stack.size = static_cast<std::size_t>(std::move(found, last, first) - first);
  return stack;
}

const void* interrupted_code(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void*>(machine.pc);
#else
  static_cast<void>(machine);
  return nullptr;
#endif
}

std::uintptr_t interrupted_stack(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(machine.sp);
#else
  static_cast<void>(machine);
  return 0;
#endif
}

void describe(const Stack& stack, StackText& text) noexcept {
  text.lines.clear();
  text.innermost.clear();
  text.plugin = nullptr;
  std::size_t number = 0;
  for (const void* const address : stack.view()) {
    const Place place = place_of(address);
    if (number == 0) add(text.innermost, place);
    add(text.lines.add("#").add_number(number++).add(" "), place);
    text.lines.end_line();
    if (text.plugin != nullptr || place.plugin == nullptr) continue;
    text.plugin = place.plugin;
    text.plugin_address = place.library;
    text.plugin_offset = place.offset;
  }
}

}  // namespace amibroker::app
