// SPDX-License-Identifier: Apache-2.0
//
// A hostile server: each bad message is dropped alone, and the log says what and where.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;

struct Bad {
  const char* name;
  std::vector<std::string> frames;
  const char* log;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadInput : public System, public ::testing::WithParamInterface<Bad> {};

TEST_P(BadInput, IsDroppedAloneAndNamedInTheLog) {
  make_fleet(2);
  start_and_connect("count_messages = yes\n");  // so that the daemon asks for all, whatever they begin with
  (*fleet)[0].publish_raw(GetParam().frames);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ((*fleet)[1].history().size(), 1U);
  EXPECT_TRUE(daemon->says("server 'Console 0' [server-0] sent")) << daemon->output();
  EXPECT_TRUE(daemon->says(GetParam().log)) << daemon->output();
}

const std::string device_event = R"({"Event":"DeviceStateChange","Device":"PJSIP/1","State":)";

INSTANTIATE_TEST_SUITE_P(
    Frames, BadInput,
    ::testing::Values(Bad{"empty", {""}, "not JSON"}, Bad{"text", {"hello"}, "not JSON"},
                      Bad{"half_a_frame", {device_event + "\"INU"}, "not JSON"},
                      Bad{"nested", {device_event + R"({"x":"INUSE"}})"}, "'State' is an object"},
                      Bad{"null", {device_event + "null}"}, "'State' is null"},
                      Bad{"no_event", {R"({"Device":"PJSIP/1","State":"INUSE"})"}, "no header Event"},
                      Bad{"utf8", {device_event + "\"\xff\"}"}, "not UTF-8"},
                      Bad{"one_mebibyte", {device_event + "\"" + std::string(1024 * 1024, 'x') + "\"}"}, "bytes"},
                      Bad{"two_frames", {device_event + "\"INUSE\"}", "more"}, "several frames"}),
    [](const auto& info) { return info.param.name; });

TEST_F(System, StrangeStatesAndNamesInGoodEventsAreNotWritten) {
  make_fleet(2);
  start_and_connect();
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  for (const auto& [device, state] : Pairs{{"PJSIP/1", "ON FIRE"},
                                           {"PJSIP/1", ""},
                                           {"", "INUSE"},
                                           {std::string(5000, 'x'), "INUSE"},
                                           {"PJSIP/1", std::string(100'000, 'x')}})
    (*fleet)[0].publish({{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}});
  (*fleet)[0].publish({{"Event", "DeviceStateChange"}});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ((*fleet)[1].history().size(), 1U);
}

}  // namespace
}  // namespace amibroker::system_test
