// SPDX-License-Identifier: Apache-2.0
//
// Two plugins of one library: each has everything for itself but the code.
#include "core/host/plugin_plan.hpp"
#include "core/host/plugin_warnings.hpp"
#include "tests/unit/host/plugin_fixture.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

class SharingTest : public ScriptedFixture {
 protected:
  SharingTest() {
    for (const char* name : {"scripted", "healthy", "with_options"}) copy(name);
    script = script_of(std::get<PluginLibrary>(PluginLibrary::open(folder.path() / "scripted.so")));
    *script = {};
  }
  ~SharingTest() override { plugins.stop(); }  // while what the script refers to is there
  void copy(const std::string& name) {
    std::filesystem::copy_file(test_plugins / (name + ".so"), folder.path() / (name + ".new"));
    std::filesystem::rename(folder.path() / (name + ".new"), folder.path() / (name + ".so"));
  }
  PluginPlan plan(const std::vector<PluginConfig>& configs) { return plugins.plan(folders, configs, {}, errors); }
  std::vector<std::string> apply(const std::vector<PluginConfig>& configs) {
    PluginPlan made = plan(configs);
    EXPECT_THAT(errors, IsEmpty());
    auto changes = made.changes();
    plugins.apply(std::move(made));
    return changes;
  }
  static PluginConfig on(std::string name, std::vector<base::Setting> settings = {}) {
    return {std::move(name), true, 1, std::move(settings)};
  }
  static PluginConfig paced(std::string name, const std::string& pace) {
    return on(std::move(name), {{"pace", pace, 1}});
  }
  [[nodiscard]] std::int64_t pace_of(std::string_view name) const {
    return life(name).instance()->option_values().integer("pace");
  }
  [[nodiscard]] const FileIdentity& build_of(std::string_view name) const { return plugin(name).library().identity(); }

  const TempFolder folder;
  const PluginFolders folders{{folder.path()}};
  std::vector<base::Problem> errors;
};

TEST_F(SharingTest, EachHasItsOwnOptionsCountersAndName) {
  EXPECT_THAT(
      apply({paced("with_options", "5"), paced("with_options:two", "7"), on("healthy:2")}),
      ElementsAre("plugin with_options: starts", "plugin with_options:two: starts", "plugin healthy:2: starts"));
  EXPECT_THAT(log(), AllOf(HasSubstr("info plugin with_options: calm 5 hello"),
                           HasSubstr("info plugin with_options:two: calm 7 hello"),
                           HasSubstr("info plugin with_options:two 2.0 runs (" + folder.path().string())));
  apply({on("healthy:2"), on("healthy")});
  event("Probe");
  dispatcher.report();
  EXPECT_THAT(log(), AllOf(HasSubstr("plugin healthy: is well"), HasSubstr("plugin healthy:2: is well")));
  apply({on("healthy:2")});
  event("Probe");
  EXPECT_THAT(life("healthy").counters().values(), Contains(Pair("events", 1)));
  EXPECT_THAT(life("healthy:2").counters().values(), Contains(Pair("events", 2)));
}

TEST_F(SharingTest, RequestsOfEachAreItsOwn) {
  std::vector<Host*> hosts;
  script->start = [&](Host& given) { hosts.push_back(&given); };
  apply({on("scripted"), on("scripted:2", {{"allow", "Setvar", 1}})});
  ASSERT_THAT(hosts, SizeIs(2));
  for (Host* each : hosts) each->request(0, Action("Ping"), 0ms, {});
  hosts[1]->request(0, Action("Setvar"), 0ms, {});
  ASSERT_THAT(first.requests, SizeIs(2));
  EXPECT_NE(first.requests[0].owner, first.requests[1].owner) << "so each has its own share of the queue";
  EXPECT_THAT(log(), HasSubstr("plugin scripted:2 asked for the action Ping, which is not sent, for allow in "
                               "[plugin scripted:2]"));
}

TEST_F(SharingTest, OneIsInQuarantineAndTheOtherGoesOn) {
  QuarantineRules rules;
  rules.pauses = {1h};
  plugins.set_quarantine(rules);
  int starts = 0;
  script->start = [&](Host& given) { ++starts, given.subscribe(starts == 1 ? "Good" : "Bad"); };
  int good = 0;
  script->event = [&](ServerId, const Message& message) {
    if (message.event() == "Bad") throw std::runtime_error("bad day");
    ++good;
  };
  apply({on("scripted"), on("scripted:2")});
  for (int i = 0; i < 100; ++i) event("Bad"), event("Good");
  run_until(loop, [&] { return !life("scripted:2").running(); });
  event("Good");
  EXPECT_EQ(good, 101);
  EXPECT_EQ(life("scripted:2").summary().substr(0, 16), "is in quarantine");
  EXPECT_EQ(life("scripted").summary().substr(0, 5), "runs:");
  EXPECT_EQ(life("scripted").statistics().faults, 0U);
  EXPECT_THAT(log(), HasSubstr("error plugin scripted:2 threw 20 times in "));
  EXPECT_THAT(log(), Not(HasSubstr("plugin scripted threw")));

  copy("scripted");
  EXPECT_THAT(apply({on("scripted"), on("scripted:2")}),
              ElementsAre("plugin scripted: a new file", "plugin scripted:2: starts"))
      << "a reload ends the quarantine";
  EXPECT_EQ(build_of("scripted"), build_of("scripted:2"));
}

TEST_F(SharingTest, ANewFileIsLoadedOnceForBothInOneReload) {
  apply({on("healthy"), on("healthy:2")});
  event("Probe");
  const FileIdentity before = build_of("healthy");
  copy("healthy");
  EXPECT_THAT(apply({on("healthy"), on("healthy:2")}),
              ElementsAre("plugin healthy: a new file", "plugin healthy:2: a new file"));
  EXPECT_FALSE(build_of("healthy") == before);
  EXPECT_EQ(&plugin("healthy").library().descriptor(), &plugin("healthy:2").library().descriptor());
  event("Probe");
  for (const char* name : {"healthy", "healthy:2"})
    EXPECT_THAT(life(name).counters().values(), Contains(Pair("events", 2))) << name;
  EXPECT_THAT(apply({on("healthy"), on("healthy:2")}), IsEmpty());
}

TEST_F(SharingTest, OneThatDoesNotStartFromANewFileKeepsItsOldBuild) {
  script->start = [](Host& given) { given.subscribe("Probe"); };
  int old_events = 0, new_events = 0;
  script->event = [&](ServerId, const Message&) { ++old_events; };
  apply({on("scripted"), on("scripted:2")});
  copy("scripted");
  PluginPlan made = plan({on("scripted"), on("scripted:2")});
  ASSERT_THAT(made.changes(), ElementsAre("plugin scripted: a new file", "plugin scripted:2: a new file"));
  faulty::Script* const next = script_of(made.steps[0].plugin->library);
  ASSERT_EQ(next, script_of(made.steps[1].plugin->library)) << "one build for both";
  int starts = 0;
  next->start = [&](Host& given) {
    given.subscribe("Probe");
    if (++starts == 2) throw std::runtime_error("only one at a time");
  };
  next->event = [&](ServerId, const Message&) { ++new_events; };
  plugins.apply(std::move(made));
  event("Probe");
  EXPECT_EQ(old_events, 1);
  EXPECT_EQ(new_events, 1);
  EXPECT_FALSE(build_of("scripted") == build_of("scripted:2"));
  EXPECT_THAT(log(),
              HasSubstr("error plugin scripted:2 cannot start: only one at a time; the instance that ran before"));
  next->start = {};
  EXPECT_THAT(apply({on("scripted"), on("scripted:2")}), ElementsAre("plugin scripted:2: a new file"));
  EXPECT_EQ(build_of("scripted"), build_of("scripted:2"));
  plugins.stop();
  *next = {};
}

TEST_F(SharingTest, AReloadMaySwapTheTwo) {
  apply({paced("with_options", "5"), paced("with_options:2", "7")});
  EXPECT_THAT(apply({paced("with_options:2", "5"), paced("with_options", "7")}),
              ElementsAre("plugin with_options:2: its option pace is 5, was 7",
                          "plugin with_options: its option pace is 7, was 5"));
  EXPECT_EQ(pace_of("with_options"), 7);
  EXPECT_EQ(pace_of("with_options:2"), 5);
  EXPECT_EQ(plugins.plugins()[0]->name(), "with_options:2") << "in the order of the configuration";
  EXPECT_THAT(apply({paced("with_options:2", "5")}), ElementsAre("plugin with_options: stops"));
  EXPECT_TRUE(life("with_options:2").running());
}

TEST_F(SharingTest, CallsNameTheOneThatIsCalled) {
  std::vector<std::string> called;
  script->start = [](Host& given) { given.subscribe("Probe"); };
  script->event = [&](ServerId, const Message&) { called.emplace_back(current_call().owner->plugin); };
  apply({on("scripted"), on("scripted:2"), on("scripted:3")});
  event("Probe");
  EXPECT_THAT(called, ElementsAre("scripted", "scripted:2", "scripted:3"));
  const CallOwner& one = plugin("scripted").library().call_owner();
  const CallOwner& two = plugin("scripted:2").library().call_owner();
  EXPECT_TRUE(one.shares_library_with(two));
  EXPECT_EQ(one.address.load(), two.address.load());
  EXPECT_NE(one.address.load(), nullptr);
  apply({on("scripted"), on("scripted:2")});
  EXPECT_EQ(&plugin("scripted:2").library().call_owner(), &two) << "none is made again for the same";
}

TEST_F(SharingTest, MistakesNameThePluginAndItsFile) {
  static_cast<void>(plan({paced("with_options:2", "0"), on("missing:2"), on("healthy:"), on(":2"), on("a:b:c")}));
  ASSERT_THAT(errors, SizeIs(5));
  EXPECT_THAT(errors[0].text, HasSubstr("plugin with_options:2 option pace takes"));
  EXPECT_THAT(errors[1].text, AllOf(HasSubstr("plugin missing:2 is switched on, but there is no missing.so"),
                                    HasSubstr("'missing:2 = no' in [plugins]")));
  for (std::size_t i = 2; i < 5; ++i) EXPECT_THAT(errors[i].text, HasSubstr("cannot be the name of a plugin"));
}

TEST_F(SharingTest, WarningsOfTheFileComeForEach) {
  std::filesystem::permissions(folder.path() / "healthy.so", std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  const std::vector<PluginConfig> configs{on("healthy"), on("healthy:2")};
  const auto warnings = plugin_warnings(folders, configs);
  ASSERT_THAT(warnings, SizeIs(2));
  EXPECT_THAT(warnings[1].text, HasSubstr("plugin healthy:2: " + folder.path().string()));
}

}  // namespace
}  // namespace amibroker::host
