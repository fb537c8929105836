// SPDX-License-Identifier: Apache-2.0
//
// The test kit refuses exactly the actions that the daemon refuses, in the same words.
#include "amibroker/testing/action_rules.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/ami/action_check.hpp"

namespace amibroker::testing {
namespace {

std::vector<Action> actions() {
  std::vector<Action> all;
  for (const std::string name : {"Setvar", "", "Set var", "A\r\nB", "Ping\n"}) all.emplace_back(name);
  all.emplace_back(std::string(100, 'a'));
  all.emplace_back(std::string(101, 'a'));
  const auto with = [&](std::string_view header, std::string_view value) {
    Action action("Setvar");
    all.push_back(action.add(header, value));
  };
  for (int c = 0; c < 256; ++c) with("Value", std::string("a") + static_cast<char>(c));
  for (const char* bytes :
       {"a\r\nAction: Originate", "ä€😀", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    with("Value", bytes);
  for (const std::string header : {"", "Va lue", "Action", "actionid", "Va:lue", "A\nB"}) with(header, "x");
  for (const std::size_t size : {979U, 980U, 999U, 1000U, 1001U, 5000U}) {
    with("Value", std::string(size, 'x'));
    with(std::string(40, 'n'), std::string(size, 'x'));
    with("Value", std::string(size, '\\'));
  }
  for (const int headers : {126, 127}) {
    Action action("Setvar");
    for (int i = 0; i < headers; ++i) action.add("Variable", "x");
    all.push_back(action);
  }
  return all;
}

TEST(ActionRules, AreThoseOfTheDaemon) {
  for (const Action& action : actions())
    for (const auto bytes : {ami::Bytes::utf8, ami::Bytes::any}) {
      std::string expected;
      const bool sent = ami::may_be_sent(action, expected, bytes);
      const std::string why = why_refused(action, bytes == ami::Bytes::utf8);
      EXPECT_EQ(why.empty(), sent) << expected;
      if (!sent) {
        EXPECT_EQ(why.substr(0, why.find('\'')), expected.substr(0, expected.find('\'')));
      }
    }
}

}  // namespace
}  // namespace amibroker::testing
