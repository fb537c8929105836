// SPDX-License-Identifier: Apache-2.0
//
// Who keeps what servers say of themselves: the plugin host, which shows it to plugins.
#pragma once

#include "core/link/server_listener.hpp"

namespace amibroker::dispatch {

/// Loop's thread only.
class IdentityListener {
 public:
  /// A server that is up said who it is; see link::ServerListener::on_identified. Never for a server that is retired.
  virtual void on_identified(ServerId server, const link::Identity& identity) = 0;

 protected:
  ~IdentityListener() = default;
};

}  // namespace amibroker::dispatch
