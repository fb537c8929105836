// SPDX-License-Identifier: Apache-2.0
// Built with the SDK of ABI 1, before servers could come and go.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("other_abi");
  descriptor.abi = 1;
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
