// SPDX-License-Identifier: Apache-2.0
//
// Each fault of the table in docs/reliability.md, with a plugin in the daemon's process and in one of its own: it ends
// as it should, and all lamps are right afterwards.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <tuple>

#include "tests/system/fault_cases.hpp"

namespace amibroker::system_test {
namespace {

// A lamp takes a millisecond or two; what is allowed here is for a machine that does other work as well. The table has
// the figures of a quiet one.
constexpr Milliseconds late{1000};

class PluginFault : public ::testing::TestWithParam<std::tuple<FaultCase, bool>> {};

TEST_P(PluginFault, EndsAsItShouldAndTheLampsAreRight) {
  const auto& [one, isolated] = GetParam();
  Ending ending = isolated ? one.isolated : one.in_process;
  ending.starts_anew = false;  // ten seconds later: Isolated.StartsAnewAfterTenSeconds
  FaultRun run({.daemon = AMIBROKER_DAEMON,
                .library = AMIBROKER_BREAKS,
                .isolated = isolated,
                // What is only much takes its time beside other work.
                .hang_limit_s = one.fault.how == "spin" ? 2 : 60,
                .changes_a_second = 400},
               one.fault);
  const FaultCost cost = run.measure(ending);
  EXPECT_TRUE(cost.all_agree) << run.log();
  if (isolated) {
    EXPECT_LT(cost.after.longest, late) << run.log();
  }
}

std::string name_of(const ::testing::TestParamInfo<std::tuple<FaultCase, bool>>& test) {
  const auto& [one, isolated] = test.param;
  std::string name = one.fault.how + "_in_" + one.fault.where + (isolated ? "_isolated" : "_in_process");
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, PluginFault, ::testing::Combine(::testing::ValuesIn(fault_cases()), ::testing::Bool()),
                         name_of);

}  // namespace
}  // namespace amibroker::system_test
