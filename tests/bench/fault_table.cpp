// SPDX-License-Identifier: Apache-2.0
//
// What a plugin that breaks costs the lamps of the others, as a table: docs/reliability.md.
//
//     fault-table DAEMON BREAKS.SO [WORD]     all faults, or those of which the name holds WORD
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "tests/system/fault_cases.hpp"

namespace {

using namespace amibroker::system_test;

std::string ending_text(const Ending& ending) {
  return ending.code ? "ends with " + std::to_string(*ending.code) : "goes on";
}

/// False if it did not end as it should.
bool print_row(const FaultRun::Setup& setup, const Fault& fault, const Ending& ending) {
  const std::string name = fault.how + " in " + fault.where;
  const char* const place = setup.isolated ? "isolated" : "in process";
  try {
    FaultRun run(setup, fault);
    const FaultCost cost = run.measure(ending);
    std::string back = "-";
    if (cost.back)
      back = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(*cost.back).count()) + " ms";
    std::printf("| %s | %s | %.2f / %.2f | %.2f / %.2f | %s | %s | %s |\n", name.c_str(), place,
                cost.before.p99.count(), cost.before.longest.count(), cost.after.p99.count(),
                cost.after.longest.count(), ending_text(ending).c_str(), back.c_str(), cost.all_agree ? "yes" : "NO");
    std::printf("    %s\n", cost.line.c_str());
    std::fflush(stdout);
    return cost.all_agree;
  } catch (const std::exception& error) {
    std::printf("| %s | %s | FAILED: %s\n", name.c_str(), place, error.what());
    std::fflush(stdout);
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("Usage: fault-table DAEMON BREAKS.SO [WORD]\n", stderr);
    return 64;
  }
  const std::string word = argc > 3 ? argv[3] : "";
  bool good = true;
  std::puts(
      "| fault | plugin | lamps before, p99 / longest ms | from the fault on | daemon | back after | all agree |\n"
      "|---|---|---|---|---|---|---|");
  for (const FaultCase& one : fault_cases()) {
    if ((one.fault.how + " in " + one.fault.where).find(word) == std::string::npos) continue;
    for (const bool isolated : {false, true})
      good =
          print_row({argv[1], argv[2], isolated, 10, 200}, one.fault, isolated ? one.isolated : one.in_process) && good;
  }
  return good ? 0 : 1;
}
