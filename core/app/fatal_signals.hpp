// SPDX-License-Identifier: Apache-2.0
//
// A signal that ends the process is not silent.
#pragma once

namespace amibroker::app {

/// Whether the build has a sanitizer, which writes a better report of a fatal signal; then the signals are left to it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool signals_are_the_sanitizers = true;
#else
inline constexpr bool signals_are_the_sanitizers = false;
#endif

/// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT, and so std::terminate, write `last_words` before they do
/// what they always do: the process ends by the signal, with a core dump if the system makes one. The calling thread
/// gets a stack of its own for that, so that a recursion without end is named as well. Once, on the main thread, after
/// `prepare_death`.
void name_fatal_signals() noexcept;

}  // namespace amibroker::app
