// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstddef>

namespace amibroker {

/// Bytes that the process has allocated and not given back. 0 if the allocator does not say, as with sanitizers.
inline std::size_t heap_in_use() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace amibroker
