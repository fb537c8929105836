// SPDX-License-Identifier: Apache-2.0
// Has a default that is out of the range that it declares.
#include "plain.hpp"

static constexpr amibroker::OptionSpec options[] = {
    {"pace", amibroker::OptionType::integer, "90", "s", 1, 60, "Time between two steps"},
};

AMIBROKER_PLUGIN_WITH_OPTIONS(amibroker::faulty::Plain, "bad_options", "1.0", "Wrong default", options)
