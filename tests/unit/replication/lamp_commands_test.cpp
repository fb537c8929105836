// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/lamp_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amibroker/testing/fake_commands.hpp"
#include "tests/unit/replication/many_names.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Three servers that were read and hold nothing.
class Lamps : public ManyNames {
 protected:
  Lamps() {
    host.option_values.set("server_share", "100");
    begin();
    distributor->answer(commands, {[](std::string_view name) {
                                     return std::vector<std::string>{std::string(name), "Custom:" + std::string(name)};
                                   },
                                   [](std::string_view shown_name) {
                                     const std::string device(shown_name.substr(shown_name.find(':') + 1));
                                     if (device == "PJSIP/none") return std::optional<HintPart>();
                                     return std::optional(HintPart{device, device.substr(device.find('/') + 1)});
                                   }});
  }
  std::string refusal(std::string_view command, std::initializer_list<Field> arguments) {
    try {
      return "answered " + commands.ask(command, arguments);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  testing::FakeCommands commands;
};

TEST_F(Lamps, ShowSaysWhoContributesWhatEachShouldHoldAndWhyNotYet) {
  device(1, "PJSIP/100", "INUSE");
  host.answer();
  host.clock.advance(milliseconds(2500));
  EXPECT_EQ(commands.ask("show", {{"name", "PJSIP/100"}}),
            R"({"names":[{"name":"Custom:PJSIP/100","state":"INUSE",)"
            R"("contributions":[{"server":"server-2","state":"INUSE","age_seconds":2.5}],"cells":[)"
            R"({"server":"server-1","should":"INUSE","holds":"INUSE","is":"right","why":"","age_seconds":2.5},)"
            R"({"server":"server-2","should":null,"holds":"absent","is":"origin","why":"","age_seconds":null},)"
            R"({"server":"server-3","should":"INUSE","holds":"absent","is":"in_flight","why":"a write is under way",)"
            R"("age_seconds":2.5}]}]})");
}

TEST_F(Lamps, ShowOfANameThatNobodyKnowsIsAnEmptyList) {
  EXPECT_EQ(commands.ask("show", {{"name", "PJSIP/1\"\xff"}}), R"({"names":[]})");
  EXPECT_THAT(refusal("show", {}), HasSubstr("name: whose lamps?"));
}

TEST_F(Lamps, ShowSaysThatAServerRefusedIt) {
  device(0, "a", "INUSE");
  host.answer(Outcome::error, "no");
  EXPECT_THAT(commands.ask("show", {{"name", "a"}}),
              HasSubstr(R"("server":"server-2","should":"INUSE","holds":"absent","is":"refused","why":"refused it")"));
}

TEST_F(Lamps, WrongNamesEachCellThatIsNotRightAndNoOther) {
  device(0, "a", "INUSE");
  device(0, "b", "INUSE");
  host.answer(), host.answer(), host.answer();
  EXPECT_THAT(commands.ask("wrong"),
              AllOf(HasSubstr(R"("name":"Custom:b","server":"server-3")"), HasSubstr("in_flight"),
                    Not(HasSubstr("Custom:a")), Not(HasSubstr("server-2")), HasSubstr(R"(],"next":null})")));
  host.answer_all();
  EXPECT_EQ(commands.ask("wrong"), R"({"wrong":[],"next":null})");
}

TEST_F(Lamps, AServerThatIsHeldIsSaidToBe) {
  host.set_held(1, true);
  distributor->server_changed(1, false);
  device(0, "a", "INUSE");
  host.answer_all();
  EXPECT_THAT(
      commands.ask("show", {{"name", "a"}}),
      HasSubstr(
          R"("server":"server-2","should":"INUSE","holds":"absent","is":"held","why":"is held for maintenance")"));
  EXPECT_THAT(commands.ask("wrong"), HasSubstr(R"("is":"held")"));
}

TEST_F(Lamps, AServerThatIsDownIsWrongOnceSomethingChanges) {
  device(0, "a", "INUSE");
  host.answer_all();
  down(1);
  EXPECT_EQ(commands.ask("wrong"), R"({"wrong":[],"next":null})") << "it holds what it should, as far as is known";
  device(0, "a", "BUSY");
  host.answer_all();
  EXPECT_THAT(commands.ask("wrong"), HasSubstr(R"("should":"BUSY","holds":"INUSE","is":"down","why":"is down")"));
}

TEST_F(Lamps, WrongComesInPages) {
  for (int i = 0; i < 300; ++i) device(0, "n" + std::to_string(i), "INUSE");
  EXPECT_THAT(commands.ask("wrong"), HasSubstr(R"(],"next":100})"));
  EXPECT_THAT(commands.ask("wrong", {{"from", "100"}}), HasSubstr(R"(],"next":200})"));
  EXPECT_THAT(commands.ask("wrong", {{"from", "200"}}), HasSubstr(R"(],"next":null})"));
  EXPECT_THAT(refusal("wrong", {{"from", "x"}}), HasSubstr("from: a number is needed"));
  EXPECT_EQ(commands.ask("wrong", {{"from", "4000000000"}}), R"({"wrong":[],"next":null})");
}

TEST_F(Lamps, AValueWithoutEndIsCutAndCostsTheOthersNothing) {
  device(0, "a", std::string(100'000, '\x01'));
  device(0, "b", "INUSE");
  for (const char* const command : {"lamps", "wrong"}) {
    const std::string answer = commands.ask(command);
    EXPECT_THAT(answer, AllOf(HasSubstr(R"(:"\u0001\u0001)"), HasSubstr("Custom:b"), Not(HasSubstr(":,"))));
    EXPECT_LT(answer.size(), 10'000U);
  }
}

TEST_F(Lamps, AWatchBeginsWithAllNamesALetterForEachServer) {
  device(1, "a", "INUSE");
  host.answer();
  EXPECT_EQ(commands.ask("lamps"),
            R"({"lamps":[{"name":"Custom:a","state":"INUSE","by":"server-2","cells":"rof"}],"gone":[],"next":null})");
}

TEST_F(Lamps, ThenItHasWhatChangedAndNothingElse) {
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}), R"({"begin":true})") << "nobody watched";
  device(1, "a", "INUSE"), device(1, "b", "INUSE");
  commands.ask("lamps");
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}), R"({"lamps":[],"gone":[],"more":false})");
  host.answer();
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}),
            R"({"lamps":[{"name":"Custom:a","state":"INUSE","by":"server-2","cells":"rof"}],"gone":[],"more":false})");
  host.answer();
  EXPECT_THAT(commands.ask("lamps", {{"changes", "yes"}}), HasSubstr(R"("cells":"ror")"));
}

TEST_F(Lamps, AServerThatGoesDownChangesAll) {
  device(1, "a", "INUSE"), device(1, "b", "INUSE");
  host.answer_all();
  commands.ask("lamps");
  down(2);
  device(1, "a", "BUSY");
  const std::string changes = commands.ask("lamps", {{"changes", "yes"}});
  EXPECT_THAT(changes, AllOf(HasSubstr(R"({"name":"Custom:a","state":"BUSY","by":"server-2","cells":"fod"})"),
                             HasSubstr(R"({"name":"Custom:b","state":"INUSE","by":"server-2","cells":"rod"})")));
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}), R"({"lamps":[],"gone":[],"more":false})");
}

TEST_F(Lamps, MoreThanAPageIsTakenInSeveralQuestions) {
  commands.ask("lamps");
  for (int i = 0; i < 600; ++i) device(0, "n" + std::to_string(i), "INUSE");
  std::size_t names = 0, questions = 0;
  for (std::string text; questions == 0 || text.find(R"("more":true)") != std::string::npos; ++questions) {
    text = commands.ask("lamps", {{"changes", "yes"}});
    for (std::size_t at = 0; (at = text.find("\"cells\"", at)) != std::string::npos; ++at) ++names;
  }
  EXPECT_EQ(names, 600U);
  EXPECT_EQ(questions, 6U);
  EXPECT_THAT(commands.ask("lamps"), HasSubstr(R"(],"gone":[],"next":100})"));
}

TEST_F(Lamps, ANameThatIsGivenBackIsGone) {
  commands.ask("lamps");
  call(0, "a");
  pass_a_while();
  ASSERT_EQ(names(), 0U);
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}), R"({"lamps":[],"gone":["Custom:a"],"more":false})");
}

TEST_F(Lamps, AReaderThatStaysAwayBeginsAnew) {
  commands.ask("lamps");
  for (seconds waited{0}; waited < LampFeed::patience; waited += seconds(1)) host.clock.advance(seconds(1));
  host.clock.advance(Distributor::tidy_interval);
  host.clock.advance(Distributor::tidy_interval);
  EXPECT_EQ(commands.ask("lamps", {{"changes", "yes"}}), R"({"begin":true})");
}

TEST_F(Lamps, DelaysAreFromTheEventToTheAnswerOfEachServer) {
  device(0, "a", "INUSE");
  host.clock.advance(milliseconds(3));
  host.answer();
  host.clock.advance(milliseconds(37));
  host.answer();
  EXPECT_THAT(commands.ask("delays"),
              AllOf(HasSubstr(R"("counts":[0,0,0,0,0,1,0,0,1,0,0,0,0,0,0,0,0])"), HasSubstr(R"("sum_seconds":0.043)")));
}

TEST_F(Lamps, ARepairIsNoDelayOfALamp) {
  device(0, "a", "INUSE");
  host.answer_all();
  host.clock.advance(seconds(100));
  distributor->shown_on(1, "Custom:a", distributor->value("BUSY"));
  EXPECT_EQ(host.answer_all(), 1U);
  EXPECT_THAT(commands.ask("delays"), HasSubstr(R"("counts":[2,0,0,)"));
  EXPECT_THAT(commands.ask("delays"), HasSubstr(R"(,0,0,0],"sum_seconds":0})"));
}

TEST_F(Lamps, TheTimeThatAServerWasDownIsNoDelayOfALamp) {
  down(1);
  device(0, "a", "INUSE");
  host.answer_all();
  host.clock.advance(seconds(5));
  up(1);
  read();
  host.answer_all();
  EXPECT_THAT(commands.ask("show", {{"name", "a"}}),
              HasSubstr(R"("server":"server-2","should":"INUSE","holds":"INUSE")"));
  EXPECT_THAT(commands.ask("delays"), HasSubstr(R"("counts":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0])"));
}

TEST_F(Lamps, HintsSayWhoseADeviceIsAndWhereItIsShown) {
  device(1, "PJSIP/100", "INUSE");
  device(0, "PJSIP/200", "INUSE");
  device(2, "PJSIP/200", "RINGING");
  device(0, "PJSIP/none", "INUSE");
  host.answer();
  EXPECT_EQ(commands.ask("hints", {}),
            R"({"hints":[{"shown":"Custom:PJSIP/100","device":"PJSIP/100","number":"100","servers":"sos"},)"
            R"({"shown":"Custom:PJSIP/200","device":"PJSIP/200","number":"200","servers":"bsb"}],"next":null})");
  EXPECT_THAT(refusal("hints", {{"from", "x"}}), HasSubstr("a number is needed"));
}

}  // namespace
}  // namespace amibroker::replication
