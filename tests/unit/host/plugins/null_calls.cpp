// SPDX-License-Identifier: Apache-2.0
// Has nothing that could be called.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("null_calls");
  descriptor.calls = nullptr;
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
