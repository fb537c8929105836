// SPDX-License-Identifier: Apache-2.0
//
// The library's one symbol.
#include <cstring>
#include <exception>

#include "buses/nats/nats_engine.hpp"

namespace {

using namespace amibroker;

cluster::Engine* create(const cluster::Access& access, const char* client_name, cluster::EngineListener& listener,
                        cluster::EngineFault& fault) noexcept {
  try {
    return &nats::NatsEngine::make(access, client_name, listener);
  } catch (const std::exception& error) {
    std::strncpy(fault.text, error.what(), sizeof fault.text - 1);
  }
  return nullptr;
}

}  // namespace

extern "C" {
extern const amibroker::cluster::EngineDescriptor amibroker_bus_engine __attribute__((visibility("default")));
const amibroker::cluster::EngineDescriptor amibroker_bus_engine = {
    sizeof(amibroker::cluster::EngineDescriptor), amibroker::cluster::engine_abi, amibroker::build_fingerprint,
    "nats " AMIBROKER_VERSION " (libnats " NATS_VERSION_STRING ")", &create};
}
