// SPDX-License-Identifier: Apache-2.0
//
// What programs ask that do not know /v1: docs/monitoring.md.
#pragma once

#include "core/control/site.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// Adds `/readyz` and `/healthz`; `site` has the command `status` already; all of them outlive the pages. (`/livez`
/// must not wait for the loop, so it is no page of the loop's.) Loop's thread.
void add_pages(control::Site& site, const link::Servers& servers, const host::PluginHost& plugins);

}  // namespace amibroker::app
