// SPDX-License-Identifier: Apache-2.0
//
// Answers of the daemon as people read them.
#pragma once

#include <string>
#include <string_view>

#include "core/ctl/client.hpp"

namespace amibroker::ctl {

/// What is printed for the answer of a command, by the name that the daemon has for it: a table or a summary for those
/// that have one. Otherwise, and if the answer has another form than this program knows, its JSON.
[[nodiscard]] std::string view_of(std::string_view command, const Json& answer);

/// `--help`: the options, and the commands that the daemon has, if it can be asked.
[[nodiscard]] std::string help_text(const Client& client);

/// `--help` after a command: how it is written, and what its arguments mean. `commands`: the answer to GET /v1.
[[nodiscard]] std::string command_help(const Json& command, const Json& commands);

}  // namespace amibroker::ctl
