// SPDX-License-Identifier: Apache-2.0
//
// What the daemon's exit code says. systemd's unit and scripts rely on the numbers (those of sysexits.h).
#pragma once

namespace amibroker::app {

enum class ExitCode : int {
  success = 0,
  failure = 1,        ///< something failed while it ran; worth a restart
  wrong_use = 64,     ///< the command line
  forced_end = 70,    ///< ended without finishing: it was asked to end and did not in time (see EndLimit), a plugin
                      ///< hung for too long (see HangWatch) or called exit
  wrong_config = 78,  ///< the configuration file or a plugin; a restart changes nothing
};

}  // namespace amibroker::app
