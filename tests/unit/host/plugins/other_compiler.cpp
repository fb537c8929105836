// SPDX-License-Identifier: Apache-2.0
// Built by a compiler whose C++ objects may look different.
#include "plain.hpp"

static constexpr amibroker::PluginDescriptor spoilt() {
  auto descriptor = amibroker::faulty::sound_descriptor("other_compiler");
  descriptor.fingerprint = "gcc-99 c++abi-1099 libstdc++-99 cxx11abi-1";
  return descriptor;
}

EXPORT_DESCRIPTOR(spoilt())
