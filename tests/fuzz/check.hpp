// SPDX-License-Identifier: Apache-2.0
//
// How a fuzzer says that a property does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace amibroker::fuzz {

/// Ends the process where a property does not hold; libFuzzer then keeps the input. `what`: the property, one line.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Whether a text for people is fit for one line: not empty, no control bytes but tabs, not longer than `max_bytes`.
[[nodiscard]] inline bool is_one_line(std::string_view text, std::size_t max_bytes) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) return false;
  }
  return !text.empty() && text.size() <= max_bytes;
}

}  // namespace amibroker::fuzz
