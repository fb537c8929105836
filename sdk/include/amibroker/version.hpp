// SPDX-License-Identifier: Apache-2.0
//
// Which plugins a daemon can load: the number of the interface and the fingerprint of the compiler.
#pragma once

#if __cplusplus < 202002L
#error "amibroker plugins are C++20: compile with -std=c++20 (CMake: amibroker_add_plugin does it)"
#endif

#include <cstdint>

namespace amibroker {

/// Number of the plugin interface. Raised whenever a plugin that was built before could misbehave.
inline constexpr std::uint32_t abi_version = 3;

#define AMIBROKER_STRINGIZE_(x) #x
#define AMIBROKER_STRINGIZE(x) AMIBROKER_STRINGIZE_(x)

#if defined(__clang__)
#define AMIBROKER_COMPILER_ "clang-" AMIBROKER_STRINGIZE(__clang_major__)
#elif defined(__GNUC__)
#define AMIBROKER_COMPILER_ "gcc-" AMIBROKER_STRINGIZE(__GNUC__)
#else
#error "amibroker plugins are built with GCC or Clang"
#endif

#if defined(__GLIBCXX__)
#define AMIBROKER_STDLIB_ \
  " libstdc++-" AMIBROKER_STRINGIZE(_GLIBCXX_RELEASE) " cxx11abi-" AMIBROKER_STRINGIZE(_GLIBCXX_USE_CXX11_ABI)
#elif defined(_LIBCPP_VERSION)
#define AMIBROKER_STDLIB_ " libc++-" AMIBROKER_STRINGIZE(_LIBCPP_VERSION)
#else
#error "amibroker plugins use libstdc++ or libc++"
#endif

#if defined(_GLIBCXX_DEBUG)
#define AMIBROKER_DEBUG_ " debug-containers"
#else
#define AMIBROKER_DEBUG_ ""
#endif

/// What must be equal in the daemon and in a plugin, because C++ objects (std::function, std::string_view, classes
/// with virtual functions) pass between them: compiler, its C++ ABI, and the standard library.
inline constexpr char build_fingerprint[] =
    AMIBROKER_COMPILER_ " c++abi-" AMIBROKER_STRINGIZE(__GXX_ABI_VERSION) AMIBROKER_STDLIB_ AMIBROKER_DEBUG_;

}  // namespace amibroker
