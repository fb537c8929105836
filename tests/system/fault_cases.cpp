// SPDX-License-Identifier: Apache-2.0
#include "tests/system/fault_cases.hpp"

#include <csignal>
#include <ostream>
#include <string>

namespace amibroker::system_test {
namespace {

constexpr int forced_end = 70;

Ending ends(const std::string& says, int code) { return {"plugin breaks ended the daemon in " + says, code, false}; }
Ending goes_on(const std::string& says) { return {says, {}, false}; }
Ending starts_anew(const std::string& says) { return {"plugin breaks is gone: " + says, {}, true}; }

std::string call(const std::string& where) {
  if (where == "task") return "a task";
  if (where == "answer") return "an answer";
  return where;
}

/// The plugin runs when it breaks.
FaultCase while_it_runs(const std::string& where, const std::string& how, const std::string& in_process, int code,
                        const std::string& isolated) {
  Ending apart = starts_anew(isolated + " in " + call(where));
  apart.starts_anew = where != "start" && where != "on_server_up";  // where its new process breaks again
  return {{where, how}, ends(call(where) + ": " + in_process, code), apart};
}

void add_crashes(std::vector<FaultCase>& cases) {
  for (const char* where : {"start", "task", "on_server_up", "answer", "on_event", "on_report"})
    cases.push_back(while_it_runs(where, "segfault", "signal 11 (SIGSEGV)", 128 + SIGSEGV,
                                  "killed by signal 11 (Segmentation fault)"));
  cases.push_back(
      while_it_runs("on_event", "abort", "signal 6 (SIGABRT)", 128 + SIGABRT, "killed by signal 6 (Aborted)"));
  cases.push_back(
      while_it_runs("on_event", "terminate", "signal 6 (SIGABRT)", 128 + SIGABRT, "killed by signal 6 (Aborted)"));
  cases.push_back(while_it_runs("on_event", "recurse", "signal 11 (SIGSEGV)", 128 + SIGSEGV,
                                "killed by signal 11 (Segmentation fault)"));
  cases.push_back(while_it_runs("on_event", "exit", "exit was called", forced_end, "it ended with exit code 0"));
  cases.push_back(while_it_runs("on_event", "_exit", "_exit was called", forced_end, "it ended with exit code 0"));
}

void add_hangs(std::vector<FaultCase>& cases) {
  for (const char* where : {"start", "task", "on_server_up", "answer", "on_event", "on_report"})
    cases.push_back(while_it_runs(where, "spin", "it did not come back for", forced_end,
                                  "it did not answer for 10 s, and was killed"));
}

void add_throws(std::vector<FaultCase>& cases) {
  for (const char* where : {"start", "task", "on_server_up", "answer", "on_event", "on_report", "stop"}) {
    const Ending ending =
        goes_on(std::string("plugin breaks ") +
                (std::string(where) == "start" ? "cannot start" : "threw in " + call(where)) + ": thrown by breaks");
    cases.push_back({{where, "throw"}, ending, ending});
  }
}

void add_excess(std::vector<FaultCase>& cases) {
  const auto both = [&](const char* how, const char* says) {
    cases.push_back({{"on_event", how}, goes_on(says), goes_on(says)});
  };
  both("off_thread", "plugin breaks called request, which did nothing: it is not for the plugin's own threads");
  // In a process of its own they are read only as fast as they can be sent, and what waits there is its own memory.
  cases.push_back(
      {{"on_event", "requests"},
       goes_on("plugin breaks asked for an action on server 'server-0' that is not sent: too many actions wait"),
       starts_anew("it ended with exit code 1 in on_event")});
  both("timers", "plugin breaks called after, which did nothing: it has 100,000 timers already");
  both("lines", "plugin breaks logs more than 5000 lines a second");
  // The kernel, or MemoryMax= of the unit, has the last word about the daemon's own memory.
  cases.push_back(
      {{"on_event", "leak"}, goes_on("has leaked 1 GiB"), starts_anew("it ended with exit code 1 in a task")});
  // Nothing of it is inside the plugin any more when libzmq finds that its descriptors are gone.
  cases.push_back({{"on_event", "close"},
                   {"outside of all plugins (the last that was called: breaks, in on_event)", 128 + SIGABRT, false},
                   starts_anew("it closed its socket, and ")});
}

}  // namespace

void PrintTo(const FaultCase& one, std::ostream* out) { *out << one.fault.how << " in " << one.fault.where; }

std::vector<FaultCase> fault_cases() {
  std::vector<FaultCase> cases;
  add_crashes(cases);
  add_hangs(cases);
  cases.push_back({{"stop", "spin"},
                   ends("stop: it did not come back for", forced_end),
                   goes_on("plugin breaks was to stop: it did not within 5 s, and was killed in stop")});
  add_throws(cases);
  add_excess(cases);
  cases.push_back({{"its file", "truncated"}, goes_on("line 20 of 20"), goes_on("line 20 of 20")});
  cases.push_back({{"its file", "overwritten"}, goes_on("line 20 of 20"), goes_on("line 20 of 20")});
  return cases;
}

}  // namespace amibroker::system_test
