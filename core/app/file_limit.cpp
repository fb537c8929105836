// SPDX-License-Identifier: Apache-2.0
#include "core/app/file_limit.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>

#include "core/app/report.hpp"

namespace amibroker::app {
namespace {

// Four sockets with a signalling descriptor each, as many again for the library's ends of the monitors, two TCP
// connections, and the same once more while one connection is replaced by the next.
constexpr rlim_t files_a_server = 16;
constexpr rlim_t files_to_spare = 128 + 300;  // the second for clients of the control socket and the web listener

}  // namespace

void raise_file_limit(std::size_t servers) {
  const rlim_t needed = static_cast<rlim_t>(servers) * files_a_server + files_to_spare;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  if (raised && limit.rlim_cur >= needed) return;
  spdlog::warn(
      "{} may need {} open files, but the system allows {}: raise the hard limit (LimitNOFILE= in the systemd "
      "unit, or ulimit -Hn), or some servers cannot be reached",
      counted(servers, "server"), needed, limit.rlim_max);
}

}  // namespace amibroker::app
