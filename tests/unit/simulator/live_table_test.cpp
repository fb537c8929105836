// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/live_table.hpp"

#include <gmock/gmock.h>

namespace amibroker::sim::app {
namespace {

using enum DeviceState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TableLines, ShowEachPhoneOnEachServerAndMarkItsOwn) {
  EXPECT_THAT(table_lines({{"PJSIP/100", 0, {ringing, not_inuse}}}, {80, 24, false}),
              ElementsAre("phone         server 1  server 2  ", "PJSIP/100     ring *    idle      "));
}

TEST(TableLines, HaveColoursIfWanted) {
  const auto lines = table_lines({{"PJSIP/100", 1, {inuse, onhold}}}, {80, 24, true});
  EXPECT_THAT(lines.at(1), HasSubstr("\x1b[31mtalk      \x1b[0m\x1b[34mhold *    \x1b[0m"));
}

TEST(TableLines, AreAsManyAndAsWideAsFit) {
  const std::vector<TableRow> rows(30, {"PJSIP/100", 0, std::vector<DeviceState>(10, busy)});
  const auto lines = table_lines(rows, {40, 10, false});
  ASSERT_EQ(lines.size(), 8U);  // title, 6 phones, note
  EXPECT_EQ(lines[1], "PJSIP/100     busy *    busy      ");
  EXPECT_THAT(lines.back(), HasSubstr("24 more phones"));
  EXPECT_THAT(lines.back(), HasSubstr("8 more servers"));
}

TEST(TableLines, AreGroupedBySites) {
  EXPECT_THAT(
      table_lines({{"PJSIP/100", 0, {ringing, not_inuse, busy}}}, {80, 24, false},
                  {{"site-1", 2}, {"site-2 (cut off)", 1}}),
      ElementsAre("              site-1              | site-2 (cu", "phone         server 1  server 2  | server 3  ",
                  "PJSIP/100     ring *    idle      | busy      "));
}

TEST(TableLines, OfSitesAreAsWideAsFit) {
  const std::vector<TableRow> rows{{"PJSIP/100", 0, std::vector<DeviceState>(4, busy)}};
  for (const std::size_t width : {45U, 46U}) {
    const auto lines = table_lines(rows, {width, 24, false}, {{"site-1", 2}, {"site-2", 2}});
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[1].size(), width == 45 ? 34U : 46U);
    EXPECT_EQ(lines[0].size(), lines[1].size());
    EXPECT_THAT(lines[3], HasSubstr(width == 45 ? "2 more servers" : "1 more servers"));
  }
}

TEST(TableLines, HaveAWordForEachState) {
  EXPECT_EQ(lamp_word(ringinuse), "ring+talk");
  EXPECT_EQ(lamp_word(unavailable), "away");
  EXPECT_EQ(lamp_word(invalid), "-");
}

TEST(Redrawn, GoesUpOverThePreviousLines) {
  EXPECT_EQ(redrawn({"a", "b"}, 0), "\ra\x1b[K\nb\x1b[K\n\x1b[J");
  EXPECT_EQ(redrawn({"a"}, 2).substr(0, 4), "\x1b[2A");
}

TEST(FiguresLine, NamesAllFigures) {
  LatencyFigures figures{.changes = 12, .writes = 24};
  figures.median = std::chrono::duration<double, std::milli>(1.234);
  figures.p99 = std::chrono::duration<double, std::milli>(5);
  EXPECT_EQ(figures_line(figures, std::chrono::seconds(3)),
            "3 s  12 changes  24 writes  event to lamp: median 1.23 ms, 99 % 5.00 ms");
}

TEST(FiguresLine, OfSitesHasTimesWithinAndAcross) {
  using Ms = std::chrono::duration<double, std::milli>;
  EXPECT_EQ(figures_line({.changes = 12}, {.median = Ms(0.3), .p99 = Ms(1)}, {.median = Ms(0.7), .p99 = Ms(2.5)},
                         std::chrono::seconds(3)),
            "3 s  12 changes  median and 99 % in a site 0.30, 1.00 ms, across 0.70, 2.50 ms");
}

}  // namespace
}  // namespace amibroker::sim::app
