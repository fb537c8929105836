// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/curve_keys.hpp"

#include <array>
#include <cstdint>
#include <zmq.hpp>

namespace amibroker::link::zeromq {
namespace {

using Text = std::array<char, curve_key_length + 1>;

}  // namespace

bool has_curve() noexcept { return zmq_has("curve") == 1; }

bool is_curve_key(const std::string& text) {
  std::array<std::uint8_t, 32> bytes{};
  // The length of the C string as well: libzmq reads up to the first zero byte.
  return text.size() == curve_key_length && text.find('\0') == text.npos &&
         zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

CurveKeyPair make_curve_keys() {
  Text public_key{};
  Text secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0) throw zmq::error_t();
  return {public_key.data(), secret_key.data()};
}

std::string curve_public_key(const std::string& secret_key) {
  Text public_key{};
  if (zmq_curve_public(public_key.data(), secret_key.c_str()) != 0) throw zmq::error_t();
  return public_key.data();
}

}  // namespace amibroker::link::zeromq
