// SPDX-License-Identifier: Apache-2.0
#include "core/app/commands.hpp"

namespace amibroker::app {

void add_commands(control::Commands& commands, const Commanded& commanded) {
  add_daemon_commands(commands, commanded);
  add_server_commands(commands, commanded);
  add_plugin_commands(commands, commanded);
  add_lamp_commands(commands, commanded);
}

}  // namespace amibroker::app
