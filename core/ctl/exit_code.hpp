// SPDX-License-Identifier: Apache-2.0
//
// How zmq-ami-brokerctl ends: see its man page.
#pragma once

#include <string_view>

#include "core/ctl/client.hpp"

namespace amibroker::ctl {

/// From 64 on those of sysexits.h.
enum class ExitCode : int {
  well = 0,
  degraded = 1,        ///< status: something is wrong, and the rest works
  failed = 2,          ///< status: nothing works; or the command was not carried out
  wrong_use = 64,      ///< also a name that there is not
  not_reachable = 69,  ///< no broker answers
  not_allowed = 77,    ///< by the rights of the socket, or by [control]
};

/// Of an answer with status 200.
[[nodiscard]] ExitCode code_of_answer(std::string_view command, const Json& answer);

/// Of another one.
[[nodiscard]] ExitCode code_of_refusal(int http_status);

}  // namespace amibroker::ctl
