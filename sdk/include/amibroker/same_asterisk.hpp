// SPDX-License-Identifier: Apache-2.0
//
// An extension of the SDK: plugins tell the broker of an Asterisk that is entered twice. Since ABI 2; see
// Host::extension.
#pragma once

#include <cstdint>
#include <string_view>

#include "amibroker/host.hpp"

namespace amibroker {

/// Loop's thread only. Lives as long as the plugin.
class SameAsterisk {
 public:
  static constexpr std::string_view extension_name = "same_asterisk";
  static constexpr std::uint32_t extension_version = 1;

  /// It is proven that two servers of the configuration are one and the same Asterisk. The log says so once, whichever
  /// plugins find it, and how often. `proof`: what shows it, as half a sentence. Nothing for a number that no server
  /// has.
  virtual void found(ServerId one, ServerId other, std::string_view proof) noexcept = 0;

 protected:
  ~SameAsterisk() = default;
};

}  // namespace amibroker
