// SPDX-License-Identifier: Apache-2.0
//
// The number of a name that was given back is soon another name's. Nothing that is still under way may be taken for
// that one's: each test gives a number back, or tries to, at the worst moment.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "tests/unit/replication/many_names.hpp"

namespace amibroker::replication {
namespace {

class Keys : public ManyNames {
 protected:
  /// A name takes the number that was given back last.
  void use_again() {
    ASSERT_EQ(names(), 0U);
    device(1, "SIP/other", "RINGING");
    ASSERT_EQ(names(), 1U);
  }
};

TEST_F(Keys, ANameComesBackAsIfItHadNeverBeenThere) {
  begin();
  call(0, "PJSIP/1");
  pass_a_while();
  use_again();
  carry_out();
  device(0, "PJSIP/1", "INUSE");
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].header("Variable"), "STATE(Custom:PJSIP/1)");
  EXPECT_EQ(host.requests[0].header("Value"), "INUSE");
}

TEST_F(Keys, AnAnswerThatIsOutstandingKeepsTheNameThoughItsEchoCame) {
  begin();
  device(0, "PJSIP/1", "INUSE");
  carry_out();
  device(0, "PJSIP/1", "NOTHING");
  const std::deque<testing::Request> writes = host.requests;
  ASSERT_EQ(writes.size(), 2U);
  for (const testing::Request& write : writes) publish_echo(write);
  pass_a_while();
  EXPECT_EQ(names(), 1U);
  host.answer_all();
  pass_a_while();
  EXPECT_EQ(names(), 0U);
}

TEST_F(Keys, AnEchoThatIsOutstandingKeepsTheName) {
  begin();
  presence(0, "100", "away");
  device(0, "PJSIP/1", "INUSE");
  presence(0, "100", "NOTHING");
  device(0, "PJSIP/1", "NOTHING");
  host.answer_all();
  pass_a_while();
  EXPECT_EQ(names(), 2U);
  for (ServerId server = 0; server < 3; ++server) distributor->events_lost(server);
  pause();
  read();
  carry_out();
  pass_a_while();
  EXPECT_EQ(names(), 0U) << "after a list none of them is to come";
}

TEST_F(Keys, AWriteThatWaitsForTheNotesKeepsTheName) {
  Medium medium = distribution_medium;
  medium.notes = {"Custom:note", "NOTED", "Name"};
  begin(medium);
  device(0, "PJSIP/1", "INUSE");
  device(0, "PJSIP/1", "NOTHING");
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].header("Variable"), "STATE(Custom:note)");
  pass_a_while();
  EXPECT_EQ(names(), 1U);
  EXPECT_EQ(carry_out(), 6U) << "the notes, what waited, and what came later";
  pass_a_while();
  use_again();
  ASSERT_EQ(host.requests.size(), 2U);
  EXPECT_EQ(host.requests[0].header("Variable"), "STATE(Custom:note)") << "a first write to that server";
  EXPECT_EQ(carry_out(), 3U);
}

TEST_F(Keys, ARetryThatWaitsKeepsTheName) {
  begin();
  device(0, "PJSIP/1", "INUSE");
  for (int i = 0; i < 100; ++i) {  // in the end it is tried every ten seconds
    while (host.answer(Outcome::not_sent)) {
    }
    pass(std::chrono::seconds(1));
  }
  while (host.answer(Outcome::not_sent)) {
  }
  while (host.requests.empty()) pass(std::chrono::milliseconds(100));
  while (host.answer(Outcome::not_sent)) {
  }
  device(0, "PJSIP/1", "NOTHING");  // it never was there
  pass(std::chrono::seconds(8));
  EXPECT_EQ(names(), 1U);
  pass_a_while();
  EXPECT_EQ(names(), 0U) << "the time of the retry is over";
  use_again();
  EXPECT_EQ(carry_out(), 2U);
}

TEST_F(Keys, AnAnswerOfAServerThatWasRetiredIsNotTakenForAnothersWrite) {
  begin();
  device(0, "PJSIP/1", "INUSE");
  ASSERT_EQ(host.requests.size(), 2U);
  const testing::Request late = host.requests[1];
  EXPECT_EQ(late.server, 2U);
  host.requests.pop_back();
  carry_out();
  distributor->server_retired(2);
  device(0, "PJSIP/1", "NOTHING");
  carry_out();
  pass_a_while();
  use_again();
  static_cast<void>(take_reading(host));  // marks, because the fleet changed
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].server, 0U);
  late.done(Reply{Outcome::error, "too late", {}});
  carry_out();
  device(1, "SIP/other", "INUSE");
  EXPECT_EQ(carry_out(), 1U);
  EXPECT_EQ(host.counted("write_errors"), 0U);
}

TEST_F(Keys, AListThatWaitsForItsFenceKeepsItsNames) {
  begin();
  distributor->events_lost(1);
  for (int i = 0; i < 20; ++i) {
    for (const testing::Request& request : take_reading(host))
      if (request.action.name() == "TestStateList") answer_list(request, {own("Custom:PJSIP/1", "INUSE")});
    pass(std::chrono::milliseconds(500));
  }
  EXPECT_EQ(carry_out(), 2U) << "without a fence it counts after a while";
  EXPECT_EQ(host.counted("names_given_back"), 0U);
}

// On servers that publish no fence a list waits for seconds, and some list waits nearly always.
TEST_F(Keys, AListThatWaitsForItsFenceDoesNotKeepNamesThatSayNothing) {
  begin();
  call(0, "PJSIP/1");
  call(0, "PJSIP/2");
  distributor->events_lost(1);
  pause();
  for (const testing::Request& request : take_reading(host))
    if (request.action.name() == "TestStateList")
      answer_list(request, {held("Custom:PJSIP/1", "NOTHING"), held("Custom:PJSIP/2", "NOTHING")});
  pass(std::chrono::seconds(3));
  EXPECT_EQ(names(), 0U);
  presence(0, "100", "away");  // has the number of one of them now
  EXPECT_EQ(carry_out(), 2U);
  distributor->events_lost(1);
  pass(std::chrono::seconds(5));
  static_cast<void>(take_reading(host));
  EXPECT_EQ(carry_out(), 0U) << "the list, which counts now, says nothing of the new name";
  EXPECT_EQ(names(), 1U);
}

TEST_F(Keys, AListThatIsDroppedLetsItsNamesGo) {
  begin();
  distributor->events_lost(1);
  pause();
  for (const testing::Request& request : take_reading(host))
    if (request.action.name() == "TestStateList") answer_list(request, {own("Custom:PJSIP/1", "INUSE")});
  EXPECT_EQ(names(), 1U);
  down(1);
  pass_a_while();
  EXPECT_EQ(names(), 0U);
}

TEST_F(Keys, AListThatIsUnderWayKeepsWhatMayHaveChangedSinceItWasAskedFor) {
  begin();
  distributor->events_lost(0);
  pause();
  const auto reading = take_reading(host);
  ASSERT_FALSE(reading.empty());
  call(0, "PJSIP/1");
  pass(std::chrono::seconds(5));
  EXPECT_EQ(names(), 1U);
  for (const testing::Request& request : reading) {
    if (request.action.name() == "TestStateList") answer_list(request, {own("Custom:PJSIP/1", "INUSE")});
    else publish_fence(request, [&](ServerId server, const Message& message) { event(server, message); });
  }
  EXPECT_EQ(carry_out(), 0U) << "the list was made during the call";
  pass_a_while();
  EXPECT_EQ(names(), 0U);
}

TEST_F(Keys, TheTextOfTheLastWriteIsNotSentForAnotherName) {
  begin_without_lists_of({1});
  device(0, "PJSIP/1", "NOTHING");
  carry_out();
  pass_without_lists_of({1}, std::chrono::minutes(61));
  ASSERT_EQ(names(), 0U);
  device(0, "PJSIP/2", "NOTHING");
  ASSERT_FALSE(host.requests.empty());
  EXPECT_EQ(host.requests[0].header("Variable"), "STATE(Custom:PJSIP/2)");
}

TEST_F(Keys, ANameIsKeptWhileAServerThatIsDownHoldsIt) {
  begin();
  device(0, "PJSIP/1", "INUSE");
  carry_out();
  down(2);
  device(0, "PJSIP/1", "NOTHING");
  carry_out();
  pass_a_while();
  EXPECT_EQ(names(), 1U);
  up(2);
  read({{2, {held("Custom:PJSIP/1", "INUSE")}}});
  EXPECT_EQ(carry_out(), 1U);
  pass_a_while();
  EXPECT_EQ(names(), 0U);
}

TEST_F(Keys, ASharedNameThatWasClearedAndGivenBackIsNoNewsOfAServerThatComesBack) {
  begin();
  presence(0, "100", "away");
  carry_out();
  presence(0, "100", "NOTHING");
  carry_out();
  pass_a_while();
  ASSERT_EQ(names(), 0U);
  down(2);
  presence(0, "100", "away");
  carry_out();
  up(2);
  read({{0, {shared("100", "away")}}, {1, {shared("100", "away")}}, {2, {shared("100", "NOTHING")}}});
  ASSERT_EQ(host.requests.size(), 1U) << "it missed a write, and says nothing new";
  EXPECT_EQ(host.requests[0].server, 2U);
  EXPECT_EQ(host.requests[0].header("Value"), "away");
}

}  // namespace
}  // namespace amibroker::replication
