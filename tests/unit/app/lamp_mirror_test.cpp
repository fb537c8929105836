// SPDX-License-Identifier: Apache-2.0
#include "core/app/lamp_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace amibroker::app {
namespace {

using host::PluginAnswer;
using Kind = PluginAnswer::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string lamp(const std::string& name, const std::string& state, const std::string& cells) {
  return R"({"name":")" + name + R"(","state":")" + state + R"(","by":"a","cells":")" + cells + R"("})";
}
std::string page(const std::string& lamps, const std::string& next) {
  return R"({"lamps":[)" + lamps + R"(],"gone":[],"next":)" + next + "}";
}
std::string changes(const std::string& lamps, const std::string& gone = "", const std::string& more = "false") {
  return R"({"lamps":[)" + lamps + R"(],"gone":[)" + gone + R"(],"more":)" + more + "}";
}

/// One plugin, whose answers the test gives.
class Mirror : public ::testing::Test {
 protected:
  Mirror()
      : mirror({[this] { return names; },
                [this](const std::string& plugin, std::string_view command, std::span<const Field> arguments,
                       host::PluginAnswered done) {
                  asked.push_back(plugin + ' ' + std::string(command) + ' ' + std::string(arguments[0].name) + '=' +
                                  std::string(arguments[0].value));
                  questions.push_back(std::move(done));
                },
                [this](std::function<void()> task) { tasks.push_back(std::move(task)); }},
               [this](const LampMirror::Shared& before, const LampMirror::Shared& now) {
                 told.push_back(now == nullptr      ? "gone " + before->name
                                : before == nullptr ? "new " + now->name + ' ' + now->cells
                                                    : now->name + ' ' + before->cells + " -> " + now->cells);
               }) {}
  void answer(std::string json) { answer({Kind::json, std::move(json)}); }
  void answer(PluginAnswer answer) {
    ASSERT_FALSE(questions.empty());
    const auto done = std::move(questions.front());
    questions.pop_front();
    done(std::move(answer));
    for (; !tasks.empty(); tasks.pop_front()) tasks.front()();
  }
  std::vector<std::string> take(std::vector<std::string>& list) { return std::exchange(list, {}); }

  std::vector<std::string> names{"p"};
  std::vector<std::string> asked;
  std::deque<host::PluginAnswered> questions;
  std::deque<std::function<void()>> tasks;
  std::vector<std::string> told;
  LampMirror mirror;
};

TEST_F(Mirror, TakesAllPagesAndThenWhatChanged) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or"), "7"));
  answer(page(lamp("y", "INUSE", "o.w"), "null"));
  EXPECT_THAT(take(asked), ElementsAre("p lamps from=0", "p lamps from=7", "p lamps changes=yes"));
  EXPECT_THAT(take(told), ElementsAre("new x or", "new y o.w"));
  answer(changes(lamp("y", "INUSE", "o.r")));
  EXPECT_THAT(take(told), ElementsAre("y o.w -> o.r"));
  EXPECT_THAT(take(asked), IsEmpty()) << "it is asked again when somebody looks";
  mirror.look();
  EXPECT_THAT(take(asked), ElementsAre("p lamps changes=yes"));
  EXPECT_EQ(mirror.size(), 2U);
  EXPECT_EQ(mirror.count('o'), 2U);
  EXPECT_EQ(mirror.count('r'), 2U);
  EXPECT_EQ(mirror.count('w'), 0U);
}

TEST_F(Mirror, WhatIsTheSameIsNotTold) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or"), "null"));
  take(told);
  answer(changes(lamp("x", "INUSE", "or")));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(Mirror, MoreIsAskedForAtOnceAndOneAtATime) {
  mirror.look();
  answer(page("", "null"));
  answer(changes("", "", "true"));
  EXPECT_THAT(asked, ElementsAre("p lamps from=0", "p lamps changes=yes", "p lamps changes=yes"));
  mirror.look();
  EXPECT_EQ(questions.size(), 1U) << "it owes an answer";
}

TEST_F(Mirror, WhileItIsToBeAskedSoonALookDoesNotAsk) {
  mirror.look();
  const auto done = std::exchange(questions, {});
  done.front()({Kind::json, page("", "7")});
  mirror.look();
  EXPECT_THAT(asked, ElementsAre("p lamps from=0"));
  ASSERT_EQ(tasks.size(), 1U);
  tasks.front()();
  EXPECT_THAT(asked, ElementsAre("p lamps from=0", "p lamps from=7"));
}

TEST_F(Mirror, ANameThatIsGoneIsGone) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or"), "null"));
  answer(changes("", R"("x","unheard")"));
  EXPECT_THAT(told, ElementsAre("new x or", "gone x"));
  EXPECT_EQ(mirror.count('r'), 0U);
}

TEST_F(Mirror, APluginThatStartedAnewIsReadAnewAndWhatItDoesNotNameIsGone) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or") + ',' + lamp("y", "INUSE", "or"), "null"));
  answer(R"({"begin":true})");
  take(asked), take(told);
  mirror.look();
  answer(page(lamp("y", "BUSY", "or"), "null"));
  EXPECT_THAT(take(asked), ElementsAre("p lamps from=0", "p lamps changes=yes"));
  EXPECT_THAT(take(told), ElementsAre("y or -> or", "gone x"));
}

TEST_F(Mirror, AFailureOrRubbishBeginsAnewWithTheNextLook) {
  mirror.look();
  for (const PluginAnswer& bad : {PluginAnswer{Kind::failure, "no"}, PluginAnswer{Kind::json, "{"},
                                  PluginAnswer{Kind::json, "[]"}, PluginAnswer{Kind::json, "\xff"}}) {
    take(asked);
    answer(bad);
    EXPECT_THAT(asked, IsEmpty());
    mirror.look();
    EXPECT_THAT(asked, ElementsAre("p lamps from=0"));
  }
  answer(R"({"lamps":[{"name":1},{},3,{"name":"ok"}],"gone":[7,{}],"next":null})");
  EXPECT_THAT(told, ElementsAre("new ok "));
}

TEST_F(Mirror, PagesThatDoNotGetOnEnd) {
  mirror.look();
  answer(page("", "5"));
  answer(page("", "5"));
  EXPECT_THAT(asked, ElementsAre("p lamps from=0", "p lamps from=5", "p lamps changes=yes"));
}

TEST_F(Mirror, APluginWithoutLampsIsAskedOnce) {
  mirror.look();
  answer({Kind::unknown, ""});
  mirror.look();
  EXPECT_THAT(asked, ElementsAre("p lamps from=0"));
}

TEST_F(Mirror, ThePluginThatIsGoneHasNoLampsAnyMore) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or"), "null"));
  answer(changes(""));
  names.clear();
  mirror.look();
  EXPECT_THAT(told, ElementsAre("new x or", "gone x"));
  EXPECT_EQ(mirror.size(), 0U);
}

TEST_F(Mirror, WhatIsForgottenIsReadAnewAndOldAnswersAreVoid) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "or"), "null"));
  mirror.forget();
  EXPECT_EQ(mirror.size(), 0U);
  answer(changes(lamp("late", "INUSE", "or")));
  EXPECT_EQ(mirror.size(), 0U);
  mirror.look();
  EXPECT_EQ(asked.back(), "p lamps from=0");
}

TEST_F(Mirror, OfALampItIsKnownWhoseWordCameLast) {
  mirror.look();
  answer(page(lamp("x", "INUSE", "r") + R"(,{"name":"y","state":"BUSY","by_site":"b","cells":"r"})", "null"));
  ASSERT_EQ(mirror.size(), 2U);
  EXPECT_EQ(mirror.lamps()[0]->by, "a");
  EXPECT_FALSE(mirror.lamps()[0]->by_site);
  EXPECT_EQ(mirror.lamps()[1]->by, "b");
  EXPECT_TRUE(mirror.lamps()[1]->by_site);
}

}  // namespace
}  // namespace amibroker::app
