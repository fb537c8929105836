// SPDX-License-Identifier: Apache-2.0
//
// Actions as the module's wire carries them.
#pragma once

#include <cstdint>
#include <string>

#include "amibroker/action.hpp"

namespace amibroker::ami {

/// Writes the action as one flat JSON object over `out` (its memory is reused): `Action` first, `ActionID` second,
/// then the headers in order; a repeated header becomes an array of strings at its first place. The action must
/// have passed `may_be_sent`.
void encode_json(const Action& action, std::uint64_t action_id, std::string& out);

}  // namespace amibroker::ami
