// SPDX-License-Identifier: Apache-2.0
// Reports a fault from its end. No class can throw in its destructor (Plugin's is noexcept), but a table of calls that
// is not made by the SDK's macro may say so.
#include "plain.hpp"

namespace {

bool destroy(amibroker::Plugin* plugin, amibroker::Fault& fault) noexcept {
  delete plugin;
  std::strncpy(fault.text, "fault in destroy", sizeof fault.text - 1);
  return false;
}

constexpr amibroker::PluginCalls with_own_end() {
  auto calls = amibroker::detail::Calls<amibroker::faulty::Plain>::table;
  calls.destroy = destroy;
  return calls;
}
constexpr amibroker::PluginCalls calls = with_own_end();

constexpr amibroker::PluginDescriptor with_own_calls() {
  auto descriptor = amibroker::faulty::sound_descriptor("fails_in_destroy");
  descriptor.calls = &calls;
  return descriptor;
}

}  // namespace

EXPORT_DESCRIPTOR(with_own_calls())
