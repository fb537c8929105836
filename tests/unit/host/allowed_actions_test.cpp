// SPDX-License-Identifier: Apache-2.0
//
// Which actions a plugin may ask for, and what the log says of the others.
#include "core/host/allowed_actions.hpp"

#include "tests/unit/host/plugin_fixture.hpp"

namespace amibroker::host {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

AllowedActions allowed(std::string_view value) {
  auto parsed = AllowedActions::parse(value);
  EXPECT_TRUE(std::holds_alternative<AllowedActions>(parsed)) << std::get<std::string>(parsed);
  return std::get<AllowedActions>(parsed);
}

std::string mistake(std::string_view value) {
  const auto parsed = AllowedActions::parse(value);
  const auto* text = std::get_if<std::string>(&parsed);
  return text == nullptr ? "" : *text;
}

std::string many_names(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += "Action" + std::to_string(i) + ",";
  return list;
}

TEST(AllowedActions, WithoutAListAreAll) {
  EXPECT_TRUE(AllowedActions().has("Originate"));
  EXPECT_TRUE(AllowedActions().has(""));
  EXPECT_EQ(AllowedActions().text(), "all actions");
}

TEST(AllowedActions, OfAListAreComparedWithoutCase) {
  const AllowedActions some = allowed(" Setvar , Originate,Setvar,setvar");
  EXPECT_TRUE(some.has("SETVAR"));
  EXPECT_TRUE(some.has("Originate"));
  for (const char* other : {"Ping", "", "Setvar ", "Set", "Setvar\x01", "Setvar, Originate"})
    EXPECT_FALSE(some.has(other)) << other;
  EXPECT_EQ(some.text(), "Originate, Setvar");
}

TEST(AllowedActions, OfAnEmptyListAreNone) {
  for (const char* empty : {"", " ", ",", " , ,"}) {
    EXPECT_FALSE(allowed(empty).has("Ping")) << empty;
    EXPECT_FALSE(allowed(empty).has("")) << empty;
    EXPECT_EQ(allowed(empty).text(), "no action");
  }
}

TEST(AllowedActions, AreTheSameInAnyOrderAndCase) {
  EXPECT_EQ(allowed("Setvar, Originate"), allowed("originate, SETVAR, Originate"));
  EXPECT_FALSE(allowed("Setvar") == allowed("Setvar, Ping"));
  EXPECT_FALSE(allowed("") == AllowedActions());
}

TEST(AllowedActions, AWrongNameIsAMistake) {
  for (const char* wrong : {"Set var", "*", "Setvar; Ping", "Set\x01var", "Setvar:", "S\xc3\xa4tvar", "Setvar\x7f"})
    EXPECT_THAT(mistake(wrong), HasSubstr("takes names of actions")) << wrong;
  EXPECT_THAT(mistake("Set\x01var"), HasSubstr("not \"Set\\x01var\""));
  EXPECT_THAT(mistake(std::string(100, 'x')), IsEmpty());
  EXPECT_THAT(mistake(std::string(101, 'x')), HasSubstr("at most 100 characters"));
}

TEST(AllowedActions, AreBounded) {
  EXPECT_THAT(mistake(many_names(100)), IsEmpty());
  EXPECT_THAT(mistake(many_names(101)), HasSubstr("at most 100 names"));
  EXPECT_THAT(mistake(many_names(100) + "ACTION7"), IsEmpty()) << "a name that is there twice counts once";
  EXPECT_LT(allowed(many_names(100)).text().size(), 300U);
}

class ActionGateTest : public ScriptedFixture {
 protected:
  ActionGateTest() {
    run();
    allow("Setvar");
  }
  void allow(const std::string& value) { load({{"allow", value, 3}}); }
  /// As a reload does. The same instance goes on.
  void load(const std::vector<base::Setting>& settings) {
    const PluginInstance* const before = life("scripted").instance();
    std::vector<base::Problem> errors;
    const std::vector<PluginConfig> configs{{"scripted", true, 1, settings}};
    plugins.apply(plugins.plan(PluginFolders({test_plugins}), configs, {}, errors));
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(life("scripted").instance(), before);
  }
  [[nodiscard]] std::size_t lines() const {
    std::size_t count = 0;
    const std::string text = log();
    for (auto at = text.find("which is not sent"); at != text.npos; at = text.find("which is not sent", at + 1))
      ++count;
    return count;
  }
  std::vector<std::string> seen;
};

TEST_F(ActionGateTest, LetsThroughWhatIsAllowed) {
  host->request(0, Action("SetVar"), 0ms, {});
  host->broadcast(Action("setvar"), 0, 0ms, {});
  EXPECT_THAT(first.requests, SizeIs(1));
  EXPECT_THAT(second.requests, SizeIs(1));
  EXPECT_THAT(log(), Not(HasSubstr("allow in")));
  EXPECT_THAT(life("scripted").summary(), Not(HasSubstr("refused")));
}

TEST_F(ActionGateTest, RefusesTheRestLaterCountsItAndSaysWhatToDo) {
  const auto note = [&](const Reply& reply) {
    seen.push_back(std::string(to_string(reply.outcome)) + ": " + std::string(reply.text));
  };
  host->request(0, Action("Originate"), 0ms, note);
  host->request(0, Action("Originate"), 0ms, {});
  EXPECT_THAT(seen, IsEmpty()) << "never from inside request";
  run_pending(loop);
  EXPECT_THAT(first.requests, IsEmpty());
  EXPECT_THAT(seen, ElementsAre("refused: allow in [plugin scripted] does not name the action Originate"));
  EXPECT_THAT(log(),
              HasSubstr("warning plugin scripted asked for the action Originate, which is not sent, for allow in "
                        "[plugin scripted] does not name it: add it to allow"));
  EXPECT_EQ(lines(), 1U);
  EXPECT_THAT(life("scripted").summary(), HasSubstr(", 2 actions refused (allow)"));
}

TEST_F(ActionGateTest, ABroadcastIsRefusedForEachServer) {
  host->broadcast(Action("Originate"), 9, 0ms, [&](ServerId server, const Reply& reply) {
    seen.push_back(std::to_string(server) + ' ' + std::string(to_string(reply.outcome)));
  });
  run_pending(loop);
  EXPECT_THAT(seen, ElementsAre("0 refused", "1 refused"));
  EXPECT_THAT(first.requests, IsEmpty());
  EXPECT_THAT(second.requests, IsEmpty());
}

TEST_F(ActionGateTest, EachActionHasALineOfItsOwnAndAllTogetherAreBounded) {
  host->request(0, Action("Originate"), 0ms, {});
  host->request(0, Action("Command"), 0ms, {});
  EXPECT_THAT(log(), AllOf(HasSubstr("the action Originate,"), HasSubstr("the action Command,")));
  for (int i = 0; i < 1'000; ++i) host->request(0, Action("x" + std::to_string(i) + "\n\x01"), 0ms, {});
  EXPECT_LE(lines(), 17U);
  EXPECT_THAT(log(), HasSubstr("x0\\x0a\\x01"));
}

TEST_F(ActionGateTest, AChangeAppliesAtOnceToTheInstanceThatRuns) {
  host->request(0, Action("Ping"), 0ms, {});
  EXPECT_THAT(first.requests, IsEmpty());
  allow("setvar, PING");
  host->request(0, Action("Ping"), 0ms, {});
  EXPECT_THAT(first.requests, SizeIs(1));
  allow("");
  host->request(0, Action("Setvar"), 0ms, {});
  EXPECT_THAT(first.requests, SizeIs(1));
  load({});
  host->request(0, Action("Anything"), 0ms, {});
  EXPECT_THAT(first.requests, SizeIs(2));
}

TEST_F(ActionGateTest, AChangeIsNamedAndAMistakeHasItsLine) {
  std::vector<base::Problem> errors;
  const auto plan_of = [&](const std::string& value) {
    const std::vector<PluginConfig> configs{{"scripted", true, 1, {{"allow", value, 7}}}};
    return plugins.plan(PluginFolders({test_plugins}), configs, {}, errors);
  };
  EXPECT_THAT(plan_of("").changes(), ElementsAre("plugin scripted: its allow is no action, was Setvar"));
  EXPECT_THAT(plan_of("SETVAR").changes(), IsEmpty());
  EXPECT_THAT(errors, IsEmpty());
  static_cast<void>(plan_of("Set\x01var"));
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 7);
  EXPECT_THAT(errors[0].text, HasSubstr("plugin scripted: allow takes names of actions"));
}

}  // namespace
}  // namespace amibroker::host
