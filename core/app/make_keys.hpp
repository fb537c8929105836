// SPDX-License-Identifier: Apache-2.0
//
// Makes a pair of CURVE keys, of the broker or of a server's module, as two files.
#pragma once

#include <string>
#include <variant>

namespace amibroker::app {

/// The public key, and what to do with the two files: lines for the user, each with its end.
struct KeysMade {
  std::string text;
};

/// No key was made, and no file is left: one line for the user, without a line end.
struct KeysError {
  std::string text;
};

/// Writes `base`.public, which everybody may read, and `base`.secret, which only its owner may. Neither may be there
/// already: a key that is in use is never overwritten.
[[nodiscard]] std::variant<KeysMade, KeysError> make_keys(const std::string& base);

}  // namespace amibroker::app
