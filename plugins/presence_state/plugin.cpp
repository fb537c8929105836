// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_state.hpp"

AMIBROKER_PLUGIN_WITH_OPTIONS(amibroker::presence_state::PresenceState, "presence_state", "0.1.0",
                              "Keeps presence states equal on all servers",
                              amibroker::presence_state::PresenceState::options)
