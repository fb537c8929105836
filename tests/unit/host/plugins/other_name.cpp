// SPDX-License-Identifier: Apache-2.0
// Says that it is another plugin.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("other_name");
  descriptor.name = "somebody_else";
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
