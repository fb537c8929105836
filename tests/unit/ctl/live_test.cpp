// SPDX-License-Identifier: Apache-2.0
#include "core/ctl/live.hpp"

#include <gmock/gmock.h>

namespace amibroker::ctl {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Json event() {
  return {{"at", "2026-01-02T03:04:05.678Z"},
          {"server", "berlin"},
          {"name", "Köln"},
          {"event", "DeviceStateChange"},
          {"fields", {{"Device", "PJSIP/100"}, {"Privilege", "call,all"}, {"State", "INUSE"}, {"Text", ""}}}};
}

Json server(std::uint64_t id, std::uint64_t events) {
  return {{"id", id},
          {"section", "server " + std::to_string(id)},
          {"up", true},
          {"in_flight", 1},
          {"queued", 2},
          {"latency_seconds", {{"p50", 0.001}, {"p99", 0.0123}}},
          {"counters", {{"events", events}, {"actions", 10}, {"lost_events", 3}, {"timeouts", 4}}}};
}

Json plugin(std::uint64_t calls, double busy) {
  return {{"name", "device_state"}, {"state", "runs"}, {"calls", calls}, {"busy_seconds", busy}, {"faults", 5}};
}

Figures figures(std::chrono::seconds at, Json servers, Json plugins) {
  return {std::chrono::steady_clock::time_point(at),
          {{"health", "well"}, {"lamps", {{"right", 7}}}},
          {{"servers", std::move(servers)}},
          {{"plugins", std::move(plugins)}}};
}

TEST(LiveLine, HasTheTimeTheServerTheEventAndItsFields) {
  EXPECT_EQ(live_line("event", event()), "03:04:05.678  berlin  DeviceStateChange  Device=PJSIP/100  State=INUSE\n");
  EXPECT_EQ(
      live_line("server", {{"at", "2026-01-02T03:04:05.678Z"}, {"server", "b"}, {"event", "EventsLost"}, {"count", 3}}),
      "03:04:05.678  b  EventsLost  3\n");
}

TEST(LiveLine, ShowsAFieldThatComesSeveralTimes) {
  Json several = event();
  several["fields"] = {{"Variable", {"a=1", "b=2"}}};
  EXPECT_THAT(live_line("event", several), HasSubstr("Variable=[\"a=1\",\"b=2\"]"));
}

TEST(LiveLine, SaysWhatIsMissing) {
  EXPECT_EQ(live_line("gap", {{"missed", 12}}), "-- 12 are missing here: they came too fast\n");
  EXPECT_EQ(live_line("gap", {{"missed", nullptr}}), "-- something is missing here: the broker began anew\n");
}

TEST(LiveLine, NeverSteersATerminalNorSpansLines) {
  Json evil = event();
  evil["fields"] = {{"Device", "a\x1b[2Jb\nc"}};
  EXPECT_THAT(live_line("event", evil), HasSubstr("Device=a\\x1b[2Jb\\x0ac"));
}

TEST(LiveLine, OfAnotherFormIsItsJson) { EXPECT_EQ(live_line("event", {{"x", 1}}), "{\"x\":1}\n"); }

TEST(Rates, AreWhatCameInASecond) {
  const Json rates =
      rates_of(figures(10s, {server(0, 100)}, {plugin(50, 1.0)}), figures(14s, {server(0, 1100)}, {plugin(70, 1.5)}));
  EXPECT_EQ(rates["servers"][0]["events_per_second"], 250.0);
  EXPECT_EQ(rates["servers"][0]["actions_per_second"], 0.0);
  EXPECT_EQ(rates["plugins"][0]["calls_per_second"], 5.0);
  EXPECT_EQ(rates["plugins"][0]["busy_percent"], 12.5);
  const std::string text = rates_text(rates);
  EXPECT_THAT(text, HasSubstr("well, 7 lamps right\n"));
  EXPECT_THAT(text, HasSubstr("250.0"));
  EXPECT_THAT(text, HasSubstr("12.3 ms"));
  EXPECT_THAT(text, HasSubstr("12.5 %"));
}

TEST(Rates, OfAServerThatIsNewOrABrokerThatBeganAnewCountFromZero) {
  const Json rates = rates_of(figures(10s, {server(1, 5000)}, Json::array()),
                              figures(12s, {server(0, 20), server(1, 40)}, {plugin(2, 0.0)}));
  EXPECT_EQ(rates["servers"][0]["events_per_second"], 10.0);
  EXPECT_EQ(rates["servers"][1]["events_per_second"], 20.0);
  EXPECT_EQ(rates["plugins"][0]["calls_per_second"], 1.0);
}

TEST(Rates, AServerWithoutAnAnswerHasNoLatency) {
  Json silent = server(0, 1);
  silent["latency_seconds"] = nullptr;
  silent["up"] = false;
  const std::string text =
      rates_text(rates_of(figures(1s, {silent}, Json::array()), figures(2s, {silent}, Json::array())));
  EXPECT_THAT(text, HasSubstr("down"));
  EXPECT_THAT(text, HasSubstr("-"));
}

}  // namespace
}  // namespace amibroker::ctl
