// SPDX-License-Identifier: Apache-2.0
//
// One plugin for each way to throw, beside a healthy one that must not notice.
#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using ::testing::HasSubstr;

struct Fault {
  std::string name;
  std::vector<std::string> words;  // what the log must say
  bool runs = true;                // whether the plugin itself goes on after start
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class FaultyPlugin : public PluginFixture, public ::testing::WithParamInterface<Fault> {};

TEST_P(FaultyPlugin, IsNamedInTheLogAndTheOthersGoOn) {
  EXPECT_EQ(start({GetParam().name, "healthy"}), GetParam().runs ? 2U : 1U);
  event("Probe");
  dispatcher.on_events_lost(0, 3);
  dispatcher.report();
  dispatcher.on_down(0);
  plugins.add_server(2, {"further", "Further"});
  plugins.change_server(2, {"further", "Further away"});
  plugins.retire_server(2);
  if (GetParam().name == "throws_in_server") {
    EXPECT_EQ(plugin("throws_in_server").statistics()->faults, 6U) << "2 up, 1 down, 1 added, 1 changed, 1 retired";
  }
  for (auto* server : {&first, &second})
    while (!server->requests.empty()) server->answer(dispatcher, {Outcome::success, "", {}});
  run_until(loop, [&] {
    const bool needs_the_loop = GetParam().name == "throws_in_timer" || GetParam().name == "throws_in_post";
    return !needs_the_loop || log().find(GetParam().words.back()) != std::string::npos;
  });
  event("Probe");

  EXPECT_EQ(plugin(GetParam().name).running(), GetParam().runs);
  EXPECT_TRUE(plugin("healthy").running());
  const auto counted = life("healthy").counters().values();
  ASSERT_EQ(counted.size(), 2U);
  EXPECT_EQ(counted[0].second, 2U) << "the healthy plugin saw both events";
  EXPECT_EQ(counted[1].second, 3U) << "and was told of those that were lost";
  EXPECT_THAT(log(), HasSubstr("info plugin healthy: is well"));
  EXPECT_EQ(plugin("healthy").statistics()->faults, 0U);
  plugins.stop();
  for (const auto& word : GetParam().words) EXPECT_THAT(log(), HasSubstr(word));
  EXPECT_THAT(log(), HasSubstr("plugin " + GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultyPlugin,
    ::testing::Values(
        Fault{"throws_in_create",
              {"plugin throws_in_create cannot be created: fault in create", "goes on without it",
               "'throws_in_create = no'", "throws_in_create.so"},
              false},
        Fault{"throws_in_start",
              {"plugin throws_in_start cannot start: fault in start", "goes on without it", "'throws_in_start = no'",
               "throws_in_start.so", "plugin throws_in_start: stopped", "plugin throws_in_start: destroyed"},
              false},
        Fault{"throws_in_event", {"threw in on_event: fault in event", "the plugin goes on"}},
        Fault{"throws_in_events_lost", {"threw in on_events_lost: fault in events lost", "the plugin goes on"}},
        Fault{"throws_in_report", {"threw in on_report: fault in report", "the plugin goes on"}},
        Fault{"throws_in_server", {"threw in on_server_up: fault in up"}},
        Fault{"throws_in_completion", {"threw in an answer: fault in completion", "the plugin goes on"}},
        Fault{"throws_in_timer", {"threw in a task: fault in timer"}},
        Fault{"throws_in_post", {"threw in a task: fault in post"}},
        Fault{"throws_in_stop", {"threw in stop: fault in stop", "throws_in_stop.so"}},
        Fault{"fails_in_destroy", {"failed as it was destroyed: fault in destroy", "fails_in_destroy.so"}},
        Fault{"throws_no_exception",
              {"threw in on_event: an exception that is not a std::exception", "threw in stop"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace amibroker::host
