// SPDX-License-Identifier: Apache-2.0
//
// The helper process of an isolated plugin.
#pragma once

namespace amibroker::host::isolated {

/// The whole life of a helper process, which the daemon starts with `helper_argument`: it does what its first frame
/// says. Returns the exit code. On the main thread, before anything else of the process.
int run_helper();

}  // namespace amibroker::host::isolated
