// SPDX-License-Identifier: Apache-2.0
#include "core/host/plugin_counters.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace amibroker::host {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(PluginCounters, ANameIsAlwaysTheSameCounter) {
  PluginCounters counters;
  Counter& first = counters.get("writes");
  for (int i = 0; i < 500; ++i) static_cast<void>(counters.get(std::to_string(i)));
  EXPECT_EQ(&counters.get("writes"), &first);
}

TEST(PluginCounters, ValuesAreReportedByName) {
  PluginCounters counters;
  counters.get("b") += 2;
  ++counters.get("a");
  EXPECT_THAT(counters.values(), ElementsAre(Pair("a", 1), Pair("b", 2)));
}

TEST(PluginCounters, TooManyAndSenselessNamesShareOneThatIsNotReported) {
  PluginCounters counters;
  const std::string endless(PluginCounters::longest_name + 1, 'x');
  EXPECT_EQ(&counters.get(endless), &counters.unreported());
  for (std::size_t i = 0; i < PluginCounters::most_counters; ++i) ++counters.get(std::to_string(i));
  EXPECT_EQ(&counters.get("one more"), &counters.unreported());
  EXPECT_EQ(&counters.get(""), &counters.unreported());
  EXPECT_THAT(counters.values(), SizeIs(PluginCounters::most_counters));
}

TEST(PluginCounters, ThreadsCountTogether) {
  PluginCounters counters;
  const auto count = [&] {
    for (int i = 0; i < 1'000; ++i) ++counters.get("shared");
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_THAT(counters.values(), ElementsAre(Pair("shared", 2'000)));
}

}  // namespace
}  // namespace amibroker::host
