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

}  // namespace
}  // namespace amibroker::sim::app
