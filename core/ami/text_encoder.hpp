// SPDX-License-Identifier: Apache-2.0
//
// Actions as native AMI carries them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "amibroker/action.hpp"

namespace amibroker::ami {

/// Appends the action to `out`: `Action` first, `ActionID` second, then the headers in order, repeats too, a line each
/// with CRLF, and the empty line. The action must have passed `may_be_sent`: it then holds no control byte and no
/// line above AMI's limit.
void encode_text(const Action& action, std::uint64_t action_id, std::string& out);
/// The same with an ActionID that is not a number; it must be fit for a header's value.
void encode_text(const Action& action, std::string_view action_id, std::string& out);

}  // namespace amibroker::ami
