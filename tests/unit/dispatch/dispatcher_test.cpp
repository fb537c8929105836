// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/dispatcher.hpp"

#include <stdexcept>
#include <thread>

#include "tests/unit/dispatch/dispatcher_fixture.hpp"

namespace amibroker::dispatch {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(DispatcherTest, AnEventNobodyWantsIsNotDecoded) {
  dispatcher.subscribe(id1, "Hangup");
  EXPECT_EQ(event("Newchannel"), 0);
  EXPECT_THAT(first.seen, IsEmpty());
}

TEST_F(DispatcherTest, AnEventIsDecodedOnceForAllThatWantIt) {
  dispatcher.subscribe(id1, "Hangup"), dispatcher.subscribe(id2, "hangup");
  EXPECT_EQ(event("Hangup", 1), 1);
  EXPECT_THAT(first.seen, ElementsAre("1:Hangup"));
  EXPECT_THAT(second.seen, ElementsAre("1:Hangup"));
}

TEST_F(DispatcherTest, AnUnreadableEventReachesNobody) {
  dispatcher.subscribe_all(id1);
  event("Hangup", 0, false);
  EXPECT_THAT(first.seen, IsEmpty());
}

TEST_F(DispatcherTest, AHandlerThatThrowsIsCountedAndTheNextOneGetsTheEvent) {
  dispatcher.subscribe_all(id1), dispatcher.subscribe_all(id2);
  first.on_event = [] { throw std::runtime_error("broken"); };
  event("A"), event("B");
  first.on_event = [] { throw 7; };
  event("C");
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 3U);
  EXPECT_EQ(dispatcher.statistics(id1)->calls, 3U);
  EXPECT_EQ(dispatcher.statistics(id2)->faults, 0U);
  EXPECT_THAT(second.seen, ElementsAre("0:A", "0:B", "0:C"));
}

TEST_F(DispatcherTest, AHandlerHearsOfItsFaultsAndMayBeRemovedThere) {
  dispatcher.subscribe_all(id1), dispatcher.subscribe_all(id2);
  first.on_event = [] { throw std::runtime_error("broken"); };
  int faults = 0;
  first.on_fault = [&] {
    EXPECT_EQ(dispatcher.faults(id1)->entries().size(), 1U) << "its fault is counted by then";
    if (++faults == 2) dispatcher.remove(id1);
  };
  event("A"), event("B"), event("C");
  EXPECT_THAT(first.seen, ElementsAre("0:A", "0:B"));
  EXPECT_THAT(second.seen, ElementsAre("0:A", "0:B", "0:C"));
  dispatcher.run_task(id1, [] { FAIL() << "it is gone"; });
}

TEST_F(DispatcherTest, NothingIsKeptOfAHandlerThatWasRemoved) {
  dispatcher.remove(id1);
  EXPECT_EQ(dispatcher.statistics(id1), nullptr);
  EXPECT_EQ(dispatcher.faults(id1), nullptr);
  EXPECT_EQ(dispatcher.take_loop_time(id1).all.count(), 0);
  dispatcher.remove(id1);
  dispatcher.report();
  EXPECT_THAT(second.seen, ElementsAre("report"));
}

TEST_F(DispatcherTest, AHandlerMayBeRemovedInItsOwnTaskOrAnswer) {
  dispatcher.run_task(id1, [&] { dispatcher.remove(id1); });
  EXPECT_EQ(dispatcher.statistics(id1), nullptr);
  dispatcher.on_answer(0, id2, [&](const Reply&) { dispatcher.remove(id2); }, {});
  EXPECT_EQ(dispatcher.statistics(id2), nullptr);
}

TEST_F(DispatcherTest, OtherCallsAreGuardedToo) {
  EXPECT_TRUE(dispatcher.call(id1, "save", [](Fault&) { return true; }));
  EXPECT_FALSE(dispatcher.call(id1, "save", [](Fault&) { return false; }));
  EXPECT_EQ(dispatcher.statistics(id1)->calls, 2U);
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 1U);
  dispatcher.remove(id1);
  EXPECT_FALSE(dispatcher.call(id1, "save", [](Fault&) { return true; })) << "it is gone";
}

TEST_F(DispatcherTest, TimeInAHandlerIsMeasured) {
  dispatcher.subscribe_all(id1);
  first.on_event = [] {
    const auto end = std::chrono::steady_clock::now() + milliseconds(15);  // some steps of the clock
    while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
  };
  event("A");
  EXPECT_GE(dispatcher.statistics(id1)->longest, milliseconds(5));
  EXPECT_GE(dispatcher.statistics(id1)->busy, dispatcher.statistics(id1)->longest);
  const LoopTime time = dispatcher.take_loop_time(id1);
  EXPECT_EQ(time.all, dispatcher.statistics(id1)->busy);
  EXPECT_EQ(time.call, "on_event");
  EXPECT_EQ(time.most, time.all);
  EXPECT_EQ(dispatcher.take_loop_time(id1).all.count(), 0) << "since the last question";
}

TEST_F(DispatcherTest, AHandlerMayRemoveItselfOrAnotherWhileAnEventIsPassedOn) {
  dispatcher.subscribe_all(id1), dispatcher.subscribe_all(id2);
  first.on_event = [&] { dispatcher.remove(id1), dispatcher.remove(id2); };
  event("A");
  event("B");
  EXPECT_THAT(first.seen, ElementsAre("0:A"));
  EXPECT_THAT(second.seen, IsEmpty());
}

TEST_F(DispatcherTest, AHandlerMaySubscribeWhileAnEventIsPassedOn) {
  dispatcher.subscribe(id1, "A");
  first.on_event = [&] { dispatcher.subscribe(id1, "B"), dispatcher.subscribe_all(id2); };
  event("A");
  event("B");
  EXPECT_THAT(first.seen, ElementsAre("0:A", "0:B"));
  EXPECT_THAT(second.seen, ElementsAre("0:A", "0:B"));
}

TEST_F(DispatcherTest, AHandlerMayUnsubscribeWhileAnEventIsPassedOn) {
  dispatcher.subscribe(id1, "Hangup"), dispatcher.subscribe(id2, "Hangup");
  first.on_event = [&] { dispatcher.unsubscribe(id1, "hangup"); };
  event("Hangup"), event("Hangup");
  EXPECT_THAT(first.seen, ElementsAre("0:Hangup"));
  EXPECT_THAT(second.seen, ElementsAre("0:Hangup", "0:Hangup")) << "nobody is left out";
  dispatcher.unsubscribe(id2, "Hangup");
  EXPECT_THAT(servers.interests.back().names, IsEmpty());
}

TEST_F(DispatcherTest, AnEmptyNameTakesBackWhatAsksForAllEvents) {
  dispatcher.subscribe(id1, "Hangup"), dispatcher.subscribe_all(id1);
  first.on_event = [&] { dispatcher.unsubscribe(id1, ""); };
  event("Newchannel"), event("Newchannel"), event("Hangup");
  EXPECT_THAT(first.seen, ElementsAre("0:Newchannel", "0:Hangup"));
  EXPECT_FALSE(servers.interests.back().all);
  first.on_event = [&] {
    dispatcher.unsubscribe(id1, "");
    dispatcher.subscribe_all(id1);
  };
  event("Hangup"), event("Newchannel");
  EXPECT_THAT(first.seen, ElementsAre("0:Newchannel", "0:Hangup", "0:Hangup", "0:Newchannel"));
}

TEST_F(DispatcherTest, WhoUnsubscribesAndSubscribesAgainWhileAnEventIsPassedOnKeepsIt) {
  dispatcher.subscribe(id1, "Hangup");
  first.on_event = [&] {
    dispatcher.unsubscribe(id1, "Hangup");
    dispatcher.subscribe(id1, "HANGUP");
  };
  event("Hangup"), event("Hangup");
  EXPECT_THAT(first.seen, ElementsAre("0:Hangup", "0:Hangup"));
}

TEST_F(DispatcherTest, AnActionGoesToItsServerAndItsAnswerToItsHandler) {
  Outcome outcome = Outcome::unknown;
  dispatcher.request(id2, 1, Action("Ping"), milliseconds(100), [&](const Reply& r) { outcome = r.outcome; });
  ASSERT_EQ(servers.requests.size(), 1U);
  EXPECT_EQ(servers.requests[0].server, 1U);
  dispatcher.on_answer(1, servers.requests[0].owner, servers.requests[0].done, {Outcome::success, "", {}});
  EXPECT_EQ(outcome, Outcome::success);
}

TEST_F(DispatcherTest, AnswersOfARemovedHandlerAreDropped) {
  bool called = false;
  dispatcher.request(id1, 0, Action("Ping"), milliseconds(100), [&](const Reply&) { called = true; });
  dispatcher.remove(id1);
  dispatcher.on_answer(0, id1, servers.requests[0].done, {});
  dispatcher.run_task(id1, [&] { called = true; });
  EXPECT_FALSE(called);
}

TEST_F(DispatcherTest, AnAnswerOrTaskThatThrowsIsCounted) {
  dispatcher.on_answer(0, id1, [](const Reply&) { throw std::runtime_error("x"); }, {});
  dispatcher.run_task(id1, [] { throw std::runtime_error("x"); });
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 2U);
}

TEST_F(DispatcherTest, HandlersHearOfServersThatGoUpAndDown) {
  dispatcher.on_up(1), dispatcher.on_down(1);
  EXPECT_THAT(first.seen, ElementsAre("up 1", "down 1"));
  EXPECT_THAT(second.seen, ElementsAre("up 1", "down 1"));
}

TEST_F(DispatcherTest, EveryHandlerHearsOfLostEventsWhateverItSubscribedTo) {
  first.on_event = [] { throw std::runtime_error("broken"); };
  dispatcher.on_events_lost(1, 7);
  EXPECT_THAT(first.seen, ElementsAre("lost 7 of 1"));
  EXPECT_THAT(second.seen, ElementsAre("lost 7 of 1"));
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 1U);
}

TEST_F(DispatcherTest, EveryRemainingHandlerIsAskedForAReport) {
  dispatcher.remove(id1);
  second.on_event = [] { throw std::runtime_error("broken"); };
  dispatcher.report();
  EXPECT_THAT(first.seen, IsEmpty());
  EXPECT_THAT(second.seen, ElementsAre("report"));
  EXPECT_EQ(dispatcher.statistics(id2)->faults, 1U);
}

TEST_F(DispatcherTest, ANewHandlerLearnsWhichServersAreUp) {
  servers.the_one_that_is_up = 1;
  dispatcher.on_up(1);
  FakeHandler late;
  const HandlerId id = dispatcher.add(late);
  dispatcher.announce_servers(id);
  EXPECT_THAT(late.seen, ElementsAre("up 1"));
  EXPECT_TRUE(dispatcher.is_up(1));
  EXPECT_FALSE(dispatcher.is_up(0));
  EXPECT_FALSE(dispatcher.is_up(99));
}

TEST_F(DispatcherTest, AnUnknownServerIsAnError) {
  EXPECT_THROW(dispatcher.request(id1, 2, Action("Ping"), milliseconds(1), nullptr), std::out_of_range);
}

TEST_F(DispatcherTest, EveryHandlerHearsOfServersThatAreAddedChangedAndRetired) {
  dispatcher.add_server(2, "Rome");
  dispatcher.on_up(2);
  dispatcher.change_server(2, "Milan");
  dispatcher.retire_server(2);
  const auto all = ElementsAre("added 2", "up 2", "changed 2", "down 2", "retired 2");
  EXPECT_THAT(first.seen, all);
  EXPECT_THAT(second.seen, all);
}

TEST_F(DispatcherTest, AServerThatIsDownIsRetiredWithoutGoingDownAgain) {
  dispatcher.on_up(1), dispatcher.on_down(1);
  first.seen.clear();
  dispatcher.retire_server(1);
  EXPECT_THAT(first.seen, ElementsAre("retired 1"));
}

TEST_F(DispatcherTest, NothingFromARetiredServerReachesAnybody) {
  dispatcher.subscribe_all(id1);
  dispatcher.retire_server(1);
  first.seen.clear();
  servers.the_one_that_is_up = 1;
  EXPECT_EQ(event("Hangup", 1), 0);
  dispatcher.on_up(1), dispatcher.on_events_lost(1, 2), dispatcher.on_down(1);
  dispatcher.change_server(1, "Lyon"), dispatcher.retire_server(1);
  EXPECT_THAT(first.seen, IsEmpty());
  EXPECT_FALSE(dispatcher.is_up(1));
  EXPECT_THROW(dispatcher.request(id1, 1, Action("Ping"), milliseconds(1), nullptr), std::out_of_range);
}

TEST_F(DispatcherTest, WhatARetiredServerAnswersIsAnUnknownOutcome) {
  std::vector<Outcome> outcomes;
  std::size_t messages = 0;
  for (int i = 0; i < 3; ++i)
    dispatcher.request(id1, 1, Action("Ping"), milliseconds(1), [&](const Reply& reply) {
      outcomes.push_back(reply.outcome);
      messages += reply.messages.size();
    });
  dispatcher.retire_server(1);
  const Message message;
  dispatcher.on_answer(1, id1, servers.requests[0].done, {Outcome::success, "", {&message, 1}});
  dispatcher.on_answer(1, id1, servers.requests[1].done, {Outcome::error, "", {&message, 1}});
  dispatcher.on_answer(1, id1, servers.requests[2].done, {Outcome::not_sent, "", {}});
  EXPECT_THAT(outcomes, ElementsAre(Outcome::unknown, Outcome::unknown, Outcome::not_sent));
  EXPECT_EQ(messages, 0U);
}

TEST_F(DispatcherTest, NothingFromAServerThatWasNeverAddedReachesAnybody) {
  dispatcher.subscribe_all(id1);
  EXPECT_EQ(event("Hangup", 2), 0);
  dispatcher.on_up(2), dispatcher.on_down(2), dispatcher.on_events_lost(2, 1), dispatcher.on_identified(2, {});
  EXPECT_THAT(first.seen, IsEmpty());
  EXPECT_THROW(dispatcher.add_server(3, "Rome"), std::logic_error);
}

TEST_F(DispatcherTest, WhatAServerSaysAboutItselfGoesToTheOneThatKeepsIt) {
  struct Keeper final : IdentityListener {
    void on_identified(ServerId server, const link::Identity& identity) override {
      kept.push_back(std::to_string(server) + ":" + std::string(identity.asterisk_version));
    }
    std::vector<std::string> kept;
  } keeper;
  dispatcher.on_identified(0, {"13", ""});
  dispatcher.set_identity_listener(&keeper);
  dispatcher.on_identified(1, {"22", ""});
  dispatcher.retire_server(1);
  dispatcher.on_identified(1, {"23", ""});
  EXPECT_THAT(keeper.kept, ElementsAre("1:22"));
}

}  // namespace
}  // namespace amibroker::dispatch
