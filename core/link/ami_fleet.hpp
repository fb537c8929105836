// SPDX-License-Identifier: Apache-2.0
//
// What all native AMI links share.
#pragma once

#include "core/ami/text_decoder.hpp"
#include "core/link/fleet.hpp"

namespace amibroker::link {

/// The decoders. Outlives the links. Loop's thread only.
class AmiFleet {
 public:
  explicit AmiFleet(Fleet& fleet) : fleet_(fleet) {}
  AmiFleet(const AmiFleet&) = delete;
  AmiFleet& operator=(const AmiFleet&) = delete;

  [[nodiscard]] Fleet& all() noexcept { return fleet_; }
  /// Two decoders, for an event is still being looked at while a reply may come in.
  [[nodiscard]] ami::TextDecoder& event_decoder() noexcept { return event_decoder_; }
  [[nodiscard]] ami::TextDecoder& reply_decoder() noexcept { return reply_decoder_; }

 private:
  Fleet& fleet_;
  ami::TextDecoder event_decoder_;
  ami::TextDecoder reply_decoder_;
};

}  // namespace amibroker::link
