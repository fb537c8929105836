// SPDX-License-Identifier: Apache-2.0
#include "plain.hpp"

AMIBROKER_PLUGIN(amibroker::faulty::Plain, "healthy", "1.2", "Counts its events")
