// SPDX-License-Identifier: Apache-2.0
// Built for an interface of another number.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("other_abi");
  descriptor.abi = 7;
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
