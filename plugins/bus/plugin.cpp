// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/bus.hpp"

AMIBROKER_PLUGIN_WITH_OPTIONS(amibroker::bus::Bus, "bus", "0.1.0",
                              "The events of all servers, and actions on them, over ZeroMQ",
                              amibroker::bus::Bus::options)
