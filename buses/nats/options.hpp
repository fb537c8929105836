// SPDX-License-Identifier: Apache-2.0
//
// How a connection of libnats is set up.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "core/bus/engine.hpp"

namespace amibroker::nats {

struct OptionsEnd {
  void operator()(natsOptions* options) const noexcept { natsOptions_Destroy(options); }
};
using Options = std::unique_ptr<natsOptions, OptionsEnd>;

/// Functions of libnats call back here; `closure` is the same for all.
struct Callbacks {
  natsErrHandler error;
  natsConnectionHandler closed;
  void* closure;
};

/// What libnats says of the last failure on this thread.
[[nodiscard]] std::string reason_of(natsStatus status);

/// Files are read now. Throws std::runtime_error.
[[nodiscard]] Options make_options(const cluster::Access& access, const cluster::Url& url, const std::string& name,
                                   const Callbacks& callbacks);

}  // namespace amibroker::nats
