// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/process_stats.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace amibroker::bench {

namespace {

std::string proc_path(pid_t pid, std::string_view name) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

/// The number of a line like `VmRSS:    1234 kB`.
std::uint64_t kib_of(const std::string& path, std::string_view key) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size()));
  }
  return 0;
}

}  // namespace

double cpu_seconds(pid_t pid) {
  std::ifstream in(proc_path(pid, "stat"));
  std::string line;
  if (!std::getline(in, line)) return 0;
  // The second field is the program's name, which may hold spaces; utime and stime are the 14th and 15th.
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Memory memory_of(pid_t pid) {
  const auto status = proc_path(pid, "status");
  return {kib_of(status, "VmRSS:"), kib_of(status, "VmHWM:"), kib_of(proc_path(pid, "smaps_rollup"), "Pss:")};
}

}  // namespace amibroker::bench
