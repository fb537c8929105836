// SPDX-License-Identifier: Apache-2.0
#include "core/app/report.hpp"

#include <gmock/gmock.h>

namespace amibroker::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const link::ServerConfig server{.section = "server-1", .name = "Console 1", .addr = "10.0.0.1"};

TEST(Counted, OneHasNoS) {
  EXPECT_EQ(counted(0, "server"), "0 servers");
  EXPECT_EQ(counted(1, "server"), "1 server");
  EXPECT_EQ(counted(2, "server"), "2 servers");
}

TEST(LengthText, HasTheTwoGreatestUnits) {
  EXPECT_EQ(length_text(0s), "0 s");
  EXPECT_EQ(length_text(59'999ms), "59 s");
  EXPECT_EQ(length_text(60s), "1 min 0 s");
  EXPECT_EQ(length_text(7min + 3s), "7 min 3 s");
  EXPECT_EQ(length_text(2h + 59s), "2 h 0 min");
  EXPECT_EQ(length_text(24h), "1 d 0 h");
  EXPECT_EQ(length_text(1000 * 24h + 5h + 59min), "1000 d 5 h");
  EXPECT_EQ(length_text(-5s), "0 s");
}

TEST(ServerLine, SaysWhetherItIsUpAndForHowLong) {
  EXPECT_THAT(server_line(server, true, 125s, {}), HasSubstr("server 'Console 1' [server-1] is up for 2 min 5 s: "));
  EXPECT_THAT(server_line(server, false, 3h, {}), HasSubstr("server 'Console 1' [server-1] is down for 3 h 0 min: "));
}

TEST(ServerLine, HasEveryCounterWithItsMeaning) {
  EXPECT_THAT(server_line(server, true, 0s, {101, 102, 103, 104, 105, 106, 107, 108, 109, 110}),
              HasSubstr(": 101 events, 110 lost on their way; 103 actions, 102 replies, 108 without answer in time, "
                        "105 late, 107 lost, 106 stray; 104 messages dropped as bad; 109 times connected"));
}

TEST(ServerLine, ANameCannotSteerATerminal) {
  const link::ServerConfig strange{.section = "s", .name = "\x1b[2J\xff", .addr = "10.0.0.1"};
  EXPECT_THAT(server_line(strange, true, 0s, {}), HasSubstr(R"('\x1b[2J\xff' [s])"));
  EXPECT_THAT(server_line(strange, true, 0s, {}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace amibroker::app
