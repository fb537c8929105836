// SPDX-License-Identifier: Apache-2.0
#include "core/app/json_parts.hpp"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/link/fleet_fixture.hpp"

namespace amibroker::app {
namespace {

using control::Json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TimeText, IsRfc3339InUtcWithMilliseconds) {
  const auto now = std::chrono::steady_clock::now();
  EXPECT_THAT(time_text(now), ::testing::MatchesRegex("20..-..-..T..:..:..\\....Z"));
  const auto text = [&](int milliseconds) { return time_text(now - std::chrono::milliseconds(milliseconds)); };
  EXPECT_LT(text(5000), text(2000)) << "the order of the texts is that of the times";
  EXPECT_LT(text(86'400'000), text(1000));
}

TEST(OutcomeJson, HasEachMistakeWithItsLine) {
  const ConfigOutcome outcome{.text = "wrong", .errors = {{7, "no key"}}, .warnings = {{0, "odd"}}, .changes = {"a"}};
  EXPECT_EQ(outcome_json(outcome, "refused"), (Json{{"result", "refused"},
                                                    {"outcome", "wrong"},
                                                    {"errors", {{{"line", 7}, {"text", "no key"}}}},
                                                    {"warnings", {{{"line", 0}, {"text", "odd"}}}},
                                                    {"changes", {"a"}}}));
}

class ServerJson : public link::FleetTest {
 protected:
  ServerInfo info() {
    ServerInfo known{};
    known.asterisk_version = "22.1.0";
    known.system_name = "pbx";
    known.zones = zones;
    return known;
  }
  const std::vector<std::string_view> zones{"hq"};
};

TEST_F(ServerJson, SaysWhatIsUnderWayAndHowLongItTakes) {
  ignored = {"Setvar"};
  come_up();
  transport().fake_traits.window = 512;
  for (int i = 0; i < 3; ++i) servers->request(0, Action("Setvar"), long_time, 3, nullptr);
  ASSERT_TRUE(serve_until([&] { return servers->at(0).requests().under_way() >= 3; }));
  const Json json = full_server_json(servers->at(0), info());
  EXPECT_EQ(json.at("section"), "a");
  EXPECT_EQ(json.at("asterisk"), "22.1.0");
  EXPECT_EQ(json.at("zones"), Json::array({"hq"}));
  EXPECT_TRUE(json.at("up"));
  EXPECT_EQ(json.at("window"), 512);
  EXPECT_GE(json.at("in_flight"), 3);
  EXPECT_GE(json.at("latency_seconds").at("p99"), json.at("latency_seconds").at("p50"));
  EXPECT_TRUE(json.at("last_loss").is_null());
  EXPECT_EQ(json.at("counters").at("connects"), 1);
  EXPECT_FALSE(server_json(servers->at(0), info()).contains("counters"));
}

TEST_F(ServerJson, AReasonThatAServerMadeUpIsFitForATerminal) {
  come_up();
  transport().last().lost({link::Loss::Kind::connection, "said \x1b[2J" + std::string(10'000, 'x')});
  const std::string why = server_json(servers->at(0), info()).at("last_loss").at("why");
  EXPECT_THAT(why, Not(HasSubstr("\x1b")));
  EXPECT_LT(why.size(), 500U);
}

}  // namespace
}  // namespace amibroker::app
