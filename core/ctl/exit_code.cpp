// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/exit_code.hpp"

#include <string>

namespace amibroker::ctl {

ExitCode code_of_answer(std::string_view command, const Json& answer) {
  if (command == "status") {
    const std::string health = answer.value("health", std::string());
    return health == "well" ? ExitCode::well : health == "degraded" ? ExitCode::degraded : ExitCode::failed;
  }
  if (command == "reload" || command == "diff") {
    const std::string result = answer.value("result", std::string());
    return result == "in force" || result == "right" ? ExitCode::well : ExitCode::failed;
  }
  return ExitCode::well;
}

ExitCode code_of_refusal(int http_status) {
  if (http_status == 403) return ExitCode::not_allowed;
  return http_status == 400 || http_status == 404 ? ExitCode::wrong_use : ExitCode::failed;
}

}  // namespace amibroker::ctl
