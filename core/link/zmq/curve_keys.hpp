// SPDX-License-Identifier: Apache-2.0
//
// Keys of CurveZMQ, in the form in which people write them down: Z85, 40 characters.
#pragma once

#include <cstddef>
#include <string>

namespace amibroker::link::zeromq {

inline constexpr std::size_t curve_key_length = 40;

struct CurveKeyPair {
  std::string public_key;
  std::string secret_key;
};

/// Whether the libzmq of this machine was built with CURVE. The functions below but `is_curve_key` need that.
[[nodiscard]] bool has_curve() noexcept;

/// Whether the text can be a key, public or secret: 40 characters that stand for 32 bytes.
[[nodiscard]] bool is_curve_key(const std::string& text);

/// A new pair. Throws zmq::error_t.
[[nodiscard]] CurveKeyPair make_curve_keys();

/// The public key that belongs to a secret one, for which `is_curve_key` holds. Throws zmq::error_t.
[[nodiscard]] std::string curve_public_key(const std::string& secret_key);

}  // namespace amibroker::link::zeromq
