// SPDX-License-Identifier: Apache-2.0
//
// Commands that the tool carries out itself, with what the daemon tells.
#pragma once

#include <string_view>

#include "core/ctl/client.hpp"
#include "core/ctl/request_line.hpp"

namespace amibroker::ctl {

/// The daemon's commands, as `GET /v1` gives them, and the tool's own in the same form.
[[nodiscard]] Json with_own_commands(Json commands);

/// Whether the tool carries this command out itself.
[[nodiscard]] bool is_own_command(std::string_view name);

/// Prints to stdout, until the daemon or the user ends it. `json`: an object a line. Throws as Client does, and
/// WrongUse if an argument is no number.
void run_own_command(const Client& client, const Question& question, bool json);

}  // namespace amibroker::ctl
