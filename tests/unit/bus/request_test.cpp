// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "amibroker/testing/action_rules.hpp"

namespace amibroker::bus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Requests : public ::testing::Test {
 protected:
  Request good(const std::string& text) {
    auto result = reader.read(text);
    if (const auto* bad = std::get_if<BadRequest>(&result)) ADD_FAILURE() << text << ": " << bad->why;
    return std::holds_alternative<Request>(result) ? std::get<Request>(result) : Request{};
  }
  BadRequest bad(const std::string& text) {
    auto result = reader.read(text);
    if (std::holds_alternative<Request>(result)) ADD_FAILURE() << text << " was taken";
    return std::holds_alternative<BadRequest>(result) ? std::get<BadRequest>(result) : BadRequest{};
  }
  static std::vector<std::string> headers(const Action& action) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < action.size(); ++i)
      texts.push_back(std::string(action[i].name) + ": " + std::string(action[i].value));
    return texts;
  }

  RequestReader reader;
};

TEST_F(Requests, BecomeAnActionWithItsHeadersInOrder) {
  const Request request = good(R"x({"server":"pbx1","Action":"Setvar","ActionID":"7","Variable":"X","Value":"1"})x");
  EXPECT_EQ(request.server, "pbx1");
  EXPECT_EQ(request.action_id, "7");
  EXPECT_EQ(request.action.name(), "Setvar");
  EXPECT_THAT(headers(request.action), ElementsAre("Variable: X", "Value: 1"));
}

TEST_F(Requests, TakeTheirOwnNamesInAnyCaseAndPlace) {
  const Request request = good(R"({"Priority":1,"action":"Originate","actionid":7,"SERVER":"pbx1"})");
  EXPECT_EQ(request.server, "pbx1");
  EXPECT_EQ(request.action_id, "7");
  EXPECT_EQ(request.action.name(), "Originate");
  EXPECT_THAT(headers(request.action), ElementsAre("Priority: 1"));
}

TEST_F(Requests, ListsRepeatAHeaderAndPlainValuesAreWritten) {
  const Request request = good(
      R"({"server":"a","Action":"Originate","Variable":["A=1","B=2",3],"Async":true,"Big":18446744073709551615,"X":-1})");
  EXPECT_THAT(headers(request.action), ElementsAre("Variable: A=1", "Variable: B=2", "Variable: 3", "Async: true",
                                                   "Big: 18446744073709551615", "X: -1"));
}

TEST_F(Requests, UsualMistakesAreNamed) {
  EXPECT_THAT(bad("Action: Ping").why, HasSubstr("is no JSON object such as"));
  EXPECT_THAT(bad("[]").why, HasSubstr("is no JSON object such as"));
  EXPECT_THAT(bad("").why, HasSubstr("is no JSON object such as"));
  EXPECT_THAT(bad("{}").why, HasSubstr("\"server\" is missing"));
  EXPECT_THAT(bad(R"({"server":"a"})").why, HasSubstr("\"Action\" has to be the name of an action"));
  EXPECT_THAT(bad(R"({"server":"a","server":"b","Action":"Ping"})").why, HasSubstr("\"server\" is there twice"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","action":"Ping"})").why, HasSubstr("\"action\" is there twice"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X":1.5})").why, HasSubstr("\"X\" has to be a text"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X":null})").why, HasSubstr("\"X\" has to be a text"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X":{"a":1}})").why, HasSubstr("\"X\" has to be a text"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X":[[1]]})").why, HasSubstr("\"X\" has to be a text"));
  EXPECT_THAT(bad(R"({"server":["a"],"Action":"Ping"})").why, HasSubstr("\"server\" has to be a text"));
}

TEST_F(Requests, NothingThatWouldBeAnotherHeaderGetsIntoAnAction) {
  for (const char* value : {R"(1\r\nAction: Originate)", R"(a\n)", R"(a\u0000b)", R"(a\u007f)", R"(\t)"}) {
    const std::string text = std::string(R"({"ActionID":"5","server":"a","Action":"Ping","X":")") + value + "\"}";
    const BadRequest refused = bad(text);
    EXPECT_EQ(refused.why, "the value of \"X\" holds a control byte") << text;
    EXPECT_EQ(refused.action_id, "5");
  }
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping\r\nX: 1"})").why, HasSubstr("holds a control byte"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X: 1\r\nY":"1"})").why, HasSubstr("is not made of letters"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","":"1"})").why, HasSubstr("is not made of letters"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping ","X":"1"})").why, HasSubstr("has to be the name of an action"));
}

TEST_F(Requests, HaveABoundInEveryDirection) {
  EXPECT_THAT(bad("{\"a\":\"" + std::string(longest_request, 'x') + "\"}").why, HasSubstr("longer than 16384 bytes"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","X":")" + std::string(1001, 'x') + "\"}").why,
              HasSubstr("longer than 1000 bytes"));
  EXPECT_THAT(bad(R"({"server":"a","Action":"Ping","ActionID":")" + std::string(201, 'x') + "\"}").why,
              HasSubstr("\"ActionID\" is longer"));
  std::string many = R"({"server":"a","Action":"Ping","X":[1)";
  for (int i = 0; i < 126; ++i) many += ",1";
  EXPECT_THAT(bad(many + "]}").why, HasSubstr("at most 126 headers"));
  EXPECT_THAT(bad(std::string(8'000, '[')).why, HasSubstr("is no JSON object"));
  EXPECT_THAT(bad("{\"" + std::string(5'000, 'n') + "\":1}").why, ::testing::SizeIs(::testing::Lt(200U)));
}

TEST_F(Requests, WhateverComesNothingIsTakenThatTheBrokerWouldNotSend) {
  std::mt19937 random(1);
  const std::string seed = R"({"server":"pbx1","Action":"Setvar","ActionID":"7","Variable":["X","Y"],"Value":1})";
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = seed;
    for (auto left = random() % 4; left > 0; --left) text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.resize(random() % text.size());
    const auto result = reader.read(text);
    const auto* request = std::get_if<Request>(&result);
    if (request == nullptr) continue;
    ++taken;
    ASSERT_EQ(amibroker::testing::why_refused(request->action, true), "") << text;
  }
  EXPECT_GT(taken, 100);
}

TEST(AllowedNames, AreNoneAtFirstAndKnowNoCase) {
  EXPECT_FALSE(AllowedNames().has("Ping"));
  const AllowedNames names({"Setvar", "Originate"});
  EXPECT_TRUE(names.has("SETVAR"));
  EXPECT_TRUE(names.has("Originate"));
  EXPECT_FALSE(names.has("Originat"));
  EXPECT_FALSE(names.has(""));
}

}  // namespace
}  // namespace amibroker::bus
