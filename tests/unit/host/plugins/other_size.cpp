// SPDX-License-Identifier: Apache-2.0
// Built with an SDK whose descriptor has more members.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("other_size");
  descriptor.size += 8;
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
