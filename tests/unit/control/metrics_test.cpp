// SPDX-License-Identifier: Apache-2.0
#include "core/control/metrics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace amibroker::control {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Type = Family::Type;

TEST(MetricsText, HasHelpAndTypeOnceAndALineForEachFigure) {
  const Family families[] = {
      {"a_total", Type::counter, "Some.", {{{{"server", "one"}}, 3.0}, {{{"server", "two"}, {"kind", "x"}}, 1e15}}},
      {"b", Type::gauge, "Others.", {{{}, 0.5}}},
      {"none", Type::gauge, "Nothing.", {}},
  };
  EXPECT_EQ(metrics_text(families),
            "# HELP a_total Some.\n# TYPE a_total counter\na_total{server=\"one\"} 3\n"
            "a_total{server=\"two\",kind=\"x\"} 1e+15\n# HELP b Others.\n# TYPE b gauge\nb 0.5\n");
}

TEST(MetricsText, NoLabelEndsItsLineOrItsQuotes) {
  const Family family{"a", Type::gauge, "A.", {{{{"server", "x\"} 9\nb{c=\"\\"}}, 1.0}}};
  EXPECT_THAT(metrics_text({&family, 1}), HasSubstr("\na{server=\"x\\\"} 9\\nb{c=\\\"\\\\\"} 1\n"));
}

TEST(MetricsText, KnowsWhatIsNoNumber) {
  const Family family{"a",
                      Type::gauge,
                      "A.",
                      {{{}, std::nan("")},
                       {{}, std::numeric_limits<double>::infinity()},
                       {{}, -std::numeric_limits<double>::infinity()}}};
  EXPECT_THAT(metrics_text({&family, 1}), HasSubstr("a NaN\na +Inf\na -Inf\n"));
}

TEST(MetricsText, AddsUpTheBucketsOfAHistogram) {
  base::Histogram histogram;
  histogram.add(-1s);
  histogram.add(100us);
  histogram.add(101us);
  histogram.add(300ms);
  histogram.add(1h);
  const Family family{"d_seconds", Type::histogram, "D.", {{{{"server", "a"}}, histogram}}};
  const std::string text = metrics_text({&family, 1});
  EXPECT_THAT(text, HasSubstr("# TYPE d_seconds histogram\nd_seconds_bucket{server=\"a\",le=\"0.0001\"} 2\n"
                              "d_seconds_bucket{server=\"a\",le=\"0.00025\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("le=\"0.25\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("le=\"0.5\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("le=\"10\"} 4\nd_seconds_bucket{server=\"a\",le=\"+Inf\"} 5\n"
                              "d_seconds_sum{server=\"a\"} 3600.300201\nd_seconds_count{server=\"a\"} 5\n"));
}

TEST(CollectProcess, TellsOfThisProcess) {
  std::vector<Family> families;
  collect_process(families);
  ASSERT_EQ(families.size(), 6U);
  const auto value = [&](std::string_view name) {
    for (const Family& family : families)
      if (family.name == name) return std::get<double>(family.samples.front().value);
    return -1.0;
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LT(std::abs(now - value("process_start_time_seconds")), 3600);
}

}  // namespace
}  // namespace amibroker::control
