// SPDX-License-Identifier: Apache-2.0
//
// Which keys of a server's section go together.
#pragma once

#include "core/app/config_schema.hpp"

namespace amibroker::app {

/// Looks at a section whose keys were read: what is missing, what says nothing with its transport, and what contradicts
/// something else. Fills in what follows from the keys (the port, TLS).
void check_access(const base::Section& section, ServerDraft& draft, base::Findings& findings);

}  // namespace amibroker::app
