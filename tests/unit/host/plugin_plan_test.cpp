// SPDX-License-Identifier: Apache-2.0
//
// What a new configuration changes of the plugins that run.
#include "core/host/plugin_plan.hpp"

#include "tests/unit/host/plugin_fixture.hpp"
#include "tests/unit/host/temp_folder.hpp"

namespace amibroker::host {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class PlanTest : public ScriptedFixture {
 protected:
  PlanTest() {
    for (const char* name : {"scripted", "healthy", "with_options"}) copy(name);
    // The build that runs is the copy of this folder.
    script = script_of(std::get<PluginLibrary>(PluginLibrary::open(folder.path() / "scripted.so")));
    *script = {};
  }
  ~PlanTest() override { plugins.stop(); }  // while what the script refers to is there
  /// As a build, or an installation, would replace the file.
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

  const TempFolder folder;
  const PluginFolders folders{{folder.path()}};
  std::vector<base::Problem> errors;
  std::vector<std::string> steps;
};

TEST_F(PlanTest, TheSameConfigurationChangesNothing) {
  EXPECT_THAT(apply({on("scripted"), on("healthy")}), ElementsAre("plugin scripted: starts", "plugin healthy: starts"));
  const PluginInstance* const before = life("scripted").instance();
  script->stop = [&] { steps.push_back("stop"); };
  EXPECT_THAT(apply({on("scripted"), on("healthy")}), IsEmpty());
  EXPECT_EQ(life("scripted").instance(), before);
  EXPECT_THAT(steps, IsEmpty());
}

TEST_F(PlanTest, APlanByItselfStartsAndStopsNothing) {
  apply({on("scripted")});
  script->stop = [&] { steps.push_back("stop"); };
  EXPECT_THAT(plan({on("healthy")}).changes(), ElementsAre("plugin healthy: starts", "plugin scripted: stops"));
  EXPECT_TRUE(life("scripted").running());
  EXPECT_THAT(plugins.plugins(), SizeIs(1));
  EXPECT_THAT(steps, IsEmpty());
}

TEST_F(PlanTest, PluginsComeAndGoAndComeAgain) {
  apply({on("scripted")});
  script->stop = [&] { steps.push_back("stop"); };
  script->start = [&](Host&) { steps.push_back("start"); };
  apply({on("healthy")});
  EXPECT_FALSE(life("scripted").running());
  EXPECT_TRUE(life("healthy").running());
  EXPECT_THAT(plan({on("healthy")}).changes(), IsEmpty()) << "what is stopped is not stopped again";
  EXPECT_THAT(apply({on("scripted"), on("healthy")}), ElementsAre("plugin scripted: starts"));
  EXPECT_THAT(steps, ElementsAre("stop", "start"));
  EXPECT_EQ(plugins.plugins()[0]->name(), "scripted") << "in the order of the configuration";
}

TEST_F(PlanTest, MistakesAreFoundBeforeAnythingChanges) {
  apply({on("with_options")});
  EXPECT_THAT(plan({on("with_options", {{"pace", "0", 7}}), on("nothing_here")}).changes(),
              ElementsAre("plugin with_options: stops"));
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].line, 7);
  EXPECT_TRUE(life("with_options").running());
}

TEST_F(PlanTest, OptionsThatThePluginDoesNotTakeStartItAnew) {
  apply({on("with_options", {{"pace", "5", 1}})});
  const PluginInstance* const before = life("with_options").instance();
  EXPECT_THAT(apply({on("with_options", {{"pace", "6", 1}, {"greeting", "hi", 2}})}),
              ElementsAre("plugin with_options: its option pace is 6, was 5",
                          "plugin with_options: its option greeting is hi, was hello"));
  EXPECT_NE(life("with_options").instance(), before);
  EXPECT_EQ(life("with_options").instance()->option_values().integer("pace"), 6);
  EXPECT_THAT(log(), HasSubstr(" 6 hi"));
}

TEST_F(PlanTest, OfAConfigurationThatWasCheckedElsewhereTheChangesAreTheSame) {
  apply({on("scripted"), on("with_options", {{"pace", "5", 1}})});
  copy("scripted");
  const std::vector next{on("scripted", {{"on_fault", "ignore", 1}}), on("with_options", {{"pace", "6", 1}}),
                         on("healthy"), PluginConfig{"checks_options", false, 0, {}}};
  const auto changes = [&](const std::vector<PluginConfig>& configs) {
    return plugins.changes_to(folders, configs, check_plugins(folders, configs));
  };
  EXPECT_THAT(changes(next),
              ElementsAre("plugin scripted: a new file", "plugin scripted: its on_fault is ignore, was quarantine",
                          "plugin with_options: its option pace is 6, was 5", "plugin healthy: starts"));
  EXPECT_EQ(changes(next), plan(next).changes());
  EXPECT_THAT(changes({on("scripted")}), ElementsAre("plugin scripted: a new file", "plugin with_options: stops"));
  apply(next);
  EXPECT_THAT(changes(next), IsEmpty());
}

TEST_F(PlanTest, OneAloneStartsStopsAndStartsAnew) {
  apply({on("healthy")});
  const PluginInstance* const other = life("healthy").instance();
  ApartChecks none;
  auto step = plugins.plan_one(folders, on("with_options"), none, errors);
  ASSERT_TRUE(step);
  EXPECT_TRUE(plugins.start_one(*std::move(step)));
  EXPECT_EQ(life("with_options").condition(), PluginLife::Condition::runs);
  EXPECT_EQ(life("with_options").version(), "2.0");
  const PluginInstance* const first_instance = life("with_options").instance();
  EXPECT_TRUE(plugins.start_one(*plugins.plan_one(folders, on("with_options"), none, errors)));
  EXPECT_NE(life("with_options").instance(), first_instance) << "nothing is different, and it starts anew";
  EXPECT_TRUE(plugins.stop_one("with_options"));
  EXPECT_EQ(life("with_options").condition(), PluginLife::Condition::stopped);
  EXPECT_FALSE(plugins.stop_one("with_options")) << "it is stopped already";
  EXPECT_FALSE(plugins.stop_one("nothing_here"));
  EXPECT_FALSE(plugins.plan_one(folders, on("nothing_here"), none, errors));
  EXPECT_THAT(errors, SizeIs(1));
  EXPECT_EQ(life("healthy").instance(), other);
}

TEST_F(PlanTest, TheDaemonsOwnKeysChangeWithoutANewInstance) {
  apply({on("scripted")});
  const PluginInstance* const before = life("scripted").instance();
  EXPECT_THAT(apply({on("scripted", {{"on_fault", "ignore", 1}})}),
              ElementsAre("plugin scripted: its on_fault is ignore, was quarantine"));
  EXPECT_EQ(life("scripted").instance(), before);
  EXPECT_EQ(life("scripted").keys().on_fault, OnFault::ignore);
  static_cast<void>(plan({on("scripted", {{"on_fault", "ignored", 4}})}));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 4);
  EXPECT_THAT(errors[0].text, AllOf(HasSubstr("quarantine, ignore or exit"), HasSubstr("did you mean \"ignore\"")));
}

TEST_F(PlanTest, ANewFileIsLoadedAndTheNewInstanceStartsBeforeTheOldOneStops) {
  apply({on("scripted")});
  script->stop = [&] { steps.push_back("old stops"); };
  script->destroy = [&] { steps.push_back("old is destroyed"); };
  copy("scripted");
  PluginPlan made = plan({on("scripted")});
  EXPECT_THAT(made.changes(), ElementsAre("plugin scripted: a new file"));
  faulty::Script* const next = script_of(made.steps[0].plugin->library);
  ASSERT_NE(next, script) << "two builds side by side have statics of their own";
  next->start = [&](Host& given) {
    steps.push_back("new starts");
    given.subscribe("Probe");
  };
  next->event = [&](ServerId, const Message&) { steps.push_back("new event"); };
  plugins.apply(std::move(made));
  event("Probe");
  EXPECT_THAT(steps, ElementsAre("new starts", "old stops", "old is destroyed", "new event"));
  EXPECT_THAT(apply({on("scripted")}), IsEmpty());
  *next = {};
}

TEST_F(PlanTest, AFileThatIsOverwrittenInPlaceHarmsNothingAndIsLoadedAnew) {
  apply({on("healthy")});
  std::ofstream(folder.path() / "healthy.so", std::ios::binary | std::ios::trunc) << "cut short";
  event("Probe");
  dispatcher.report();
  EXPECT_THAT(log(), HasSubstr("plugin healthy: is well"));
  static_cast<void>(plan({on("healthy")}));
  EXPECT_THAT(errors, SizeIs(1));
  errors.clear();
  std::filesystem::copy_file(test_plugins / "healthy.so", folder.path() / "healthy.so",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(apply({on("healthy")}), ElementsAre("plugin healthy: a new file"));
  event("Probe");
  EXPECT_THAT(life("healthy").counters().values(), ::testing::Contains(::testing::Pair("events", 2)))
      << "counters go on from one instance to the next";
}

TEST_F(PlanTest, AHundredNewFilesUnderEventsLoseAndDoubleNone) {
  apply({on("healthy")});
  for (std::uint64_t reload = 1; reload <= 100; ++reload) {
    event("Probe");
    copy("healthy");
    ASSERT_THAT(apply({on("healthy")}), ElementsAre("plugin healthy: a new file"));
    event("Probe");
    ASSERT_THAT(life("healthy").counters().values(), ::testing::Contains(::testing::Pair("events", 2 * reload)));
  }
}

TEST_F(PlanTest, IfTheNewInstanceDoesNotStartTheOldOneGoesOn) {
  script->start = [&](Host& given) { given.subscribe("Probe"); };
  script->event = [&](ServerId, const Message&) { steps.push_back("old event"); };
  apply({on("scripted")});
  copy("scripted");
  PluginPlan made = plan({on("scripted")});
  faulty::Script* const next = script_of(made.steps[0].plugin->library);
  next->start = [](Host& given) {
    given.subscribe("Probe");
    throw std::runtime_error("no licence");
  };
  next->event = [&](ServerId, const Message&) { steps.push_back("new event"); };
  plugins.apply(std::move(made));
  event("Probe");
  EXPECT_THAT(steps, ElementsAre("old event"));
  EXPECT_TRUE(life("scripted").running());
  EXPECT_THAT(log(),
              AllOf(HasSubstr("error plugin scripted cannot start: no licence; the instance that ran before goes on"),
                    Not(HasSubstr("goes on without it"))));
  EXPECT_THAT(plan({on("scripted")}).changes(), ElementsAre("plugin scripted: a new file")) << "it is tried again";
  *next = {};
}

}  // namespace
}  // namespace amibroker::host
