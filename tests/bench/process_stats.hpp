// SPDX-License-Identifier: Apache-2.0
//
// What the kernel knows of a process: CPU time and memory.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace amibroker::bench {

/// User and system time of all threads, in seconds; 0 if the process is gone.
double cpu_seconds(pid_t pid);

struct Memory {
  std::uint64_t rss_kib = 0;
  std::uint64_t peak_rss_kib = 0;
  std::uint64_t pss_kib = 0;
};
Memory memory_of(pid_t pid);

}  // namespace amibroker::bench
