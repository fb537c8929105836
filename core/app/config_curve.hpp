// SPDX-License-Identifier: Apache-2.0
//
// CURVE in a server's section: curve_server_key and curve_secret_file.
#pragma once

#include "core/app/config_schema.hpp"

namespace amibroker::app {

/// Puts the keys into the draft's server where its section names them both and they are right; an error for each
/// mistake. Reads the file with our secret key.
void read_curve(const base::Section& section, ServerDraft& draft, base::Findings& findings);

}  // namespace amibroker::app
