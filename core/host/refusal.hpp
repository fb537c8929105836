// SPDX-License-Identifier: Apache-2.0
//
// Why a library cannot be used as a plugin.
#pragma once

#include <cstdint>
#include <string>

namespace amibroker::host {

enum class RefusalReason : std::uint8_t {
  missing,         ///< there is no such file, or it cannot be read
  no_library,      ///< the file is not a shared library for this machine, or not a whole one
  not_loadable,    ///< the system's loader refuses it: undefined symbols, a library that it needs is missing
  no_symbol,       ///< it does not export `amibroker_plugin`
  other_abi,       ///< it was built with another SDK
  other_compiler,  ///< it was built with another compiler or standard library
  bad_descriptor,  ///< what it says of itself makes no sense
  other_name,      ///< its name is not that of its file
};

/// A refusal: one line that says which file, what is wrong (both values, if two differ), and what to do.
struct Refusal {
  RefusalReason reason;
  std::string text;
};

}  // namespace amibroker::host
