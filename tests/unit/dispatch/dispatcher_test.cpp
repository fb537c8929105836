// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/dispatcher.hpp"

#include <gmock/gmock.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <thread>

namespace amibroker::dispatch {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeLink final : public link::Link {
 public:
  explicit FakeLink(ServerId id) : id_(id) {}
  void start(link::LinkListener&) override {}
  void stop() override {}
  [[nodiscard]] ServerId id() const noexcept override { return id_; }
  [[nodiscard]] bool up() const noexcept override { return is_up; }
  [[nodiscard]] std::chrono::steady_clock::time_point since() const noexcept override { return {}; }
  [[nodiscard]] const link::LinkCounters& counters() const noexcept override { return counters_; }
  void request(const Action& action, milliseconds, link::Owner owner, Completion done) override {
    requests.push_back({std::string(action.name()), owner, std::move(done)});
  }
  void set_interest(const link::Interest& wanted) override { interests.push_back(wanted); }
  struct Request {
    std::string name;
    link::Owner owner;
    Completion done;
  };
  bool is_up = false;
  std::vector<Request> requests;
  std::vector<link::Interest> interests;

 private:
  ServerId id_;
  link::LinkCounters counters_;
};

class FakeHandler final : public Handler {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }
  bool event(ServerId server, const Message& message, Fault& fault) noexcept override {
    seen.push_back(std::to_string(server) + ":" + std::string(message.event()));
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool server_up(ServerId server, Fault&) noexcept override {
    return seen.push_back("up " + std::to_string(server)), true;
  }
  bool server_down(ServerId server, Fault&) noexcept override {
    return seen.push_back("down " + std::to_string(server)), true;
  }
  bool events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept override {
    seen.push_back("lost " + std::to_string(count) + " of " + std::to_string(server));
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool report(Fault& fault) noexcept override {
    seen.emplace_back("report");
    return detail::contain(fault, [&] {
      if (on_event) on_event();
    });
  }
  bool completion(const Completion& done, const Reply& reply, Fault& fault) noexcept override {
    return detail::contain(fault, [&] { done(reply); });
  }
  bool task(const std::function<void()>& task, Fault& fault) noexcept override {
    return detail::contain(fault, [&] { task(); });
  }
  std::vector<std::string> seen;
  std::function<void()> on_event;
};

class FakeFrame final : public ami::EventFrame {
 public:
  explicit FakeFrame(std::string_view name, bool readable = true) : fields_{{{"Event", name}}}, readable_(readable) {}
  [[nodiscard]] std::string_view name() const noexcept override { return fields_[0].value; }
  [[nodiscard]] const Message* message() override { return ++decoded, readable_ ? &message_ : nullptr; }
  int decoded = 0;

 private:
  std::array<Field, 1> fields_;
  bool readable_;
  Message message_{fields_};
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    for (FakeLink* link : {&link0, &link1}) dispatcher.add_link(*link);
    id1 = dispatcher.add(first);
    id2 = dispatcher.add(second);
  }
  int event(std::string_view name, ServerId server = 0, bool readable = true) {
    FakeFrame frame(name, readable);
    dispatcher.on_event(server, frame);
    return frame.decoded;
  }
  FakeLink link0{0}, link1{1};
  FakeHandler first, second;
  Dispatcher dispatcher{{"Berlin", "Paris"}, milliseconds(20)};
  HandlerId id1 = 0, id2 = 0;
};

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

TEST_F(DispatcherTest, TimeInAHandlerIsMeasured) {
  dispatcher.subscribe_all(id1);
  first.on_event = [] {
    const auto end = std::chrono::steady_clock::now() + milliseconds(15);  // some steps of the clock
    while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
  };
  event("A");
  EXPECT_GE(dispatcher.statistics(id1)->longest, milliseconds(5));
  EXPECT_GE(dispatcher.statistics(id1)->busy, dispatcher.statistics(id1)->longest);
}

TEST_F(DispatcherTest, AHandlerMayRemoveItselfOrAnotherWhileAnEventIsHandedRound) {
  dispatcher.subscribe_all(id1), dispatcher.subscribe_all(id2);
  first.on_event = [&] { dispatcher.remove(id1), dispatcher.remove(id2); };
  event("A");
  event("B");
  EXPECT_THAT(first.seen, ElementsAre("0:A"));
  EXPECT_THAT(second.seen, IsEmpty());
}

TEST_F(DispatcherTest, AHandlerMaySubscribeWhileAnEventIsHandedRound) {
  dispatcher.subscribe(id1, "A");
  first.on_event = [&] { dispatcher.subscribe(id1, "B"), dispatcher.subscribe_all(id2); };
  event("A");
  event("B");
  EXPECT_THAT(first.seen, ElementsAre("0:A", "0:B"));
  EXPECT_THAT(second.seen, ElementsAre("0:A", "0:B"));
}

TEST_F(DispatcherTest, AnActionGoesToItsServerAndItsAnswerToItsHandler) {
  Outcome outcome = Outcome::unknown;
  dispatcher.request(id2, 1, Action("Ping"), milliseconds(100), [&](const Reply& r) { outcome = r.outcome; });
  ASSERT_EQ(link1.requests.size(), 1U);
  EXPECT_TRUE(link0.requests.empty());
  dispatcher.on_reply(1, link1.requests[0].owner, link1.requests[0].done, {Outcome::success, "", {}});
  EXPECT_EQ(outcome, Outcome::success);
}

TEST_F(DispatcherTest, AnswersOfARemovedHandlerAreDropped) {
  bool called = false;
  dispatcher.request(id1, 0, Action("Ping"), milliseconds(100), [&](const Reply&) { called = true; });
  dispatcher.remove(id1);
  dispatcher.on_reply(0, id1, link0.requests[0].done, {});
  dispatcher.run_task(id1, [&] { called = true; });
  EXPECT_FALSE(called);
}

TEST_F(DispatcherTest, AnAnswerOrTaskThatThrowsIsCounted) {
  dispatcher.on_reply(0, id1, [](const Reply&) { throw std::runtime_error("x"); }, {});
  dispatcher.run_task(id1, [] { throw std::runtime_error("x"); });
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 2U);
}

TEST_F(DispatcherTest, ServersThatComeAndGoAreTold) {
  dispatcher.on_up(1), dispatcher.on_down(1);
  EXPECT_THAT(first.seen, ElementsAre("up 1", "down 1"));
  EXPECT_THAT(second.seen, ElementsAre("up 1", "down 1"));
}

TEST_F(DispatcherTest, LostEventsAreToldToEveryHandlerWhateverItSubscribedTo) {
  first.on_event = [] { throw std::runtime_error("broken"); };
  dispatcher.on_events_lost(1, 7);
  EXPECT_THAT(first.seen, ElementsAre("lost 7 of 1"));
  EXPECT_THAT(second.seen, ElementsAre("lost 7 of 1"));
  EXPECT_EQ(dispatcher.statistics(id1)->faults, 1U);
}

TEST_F(DispatcherTest, AReportIsAskedOfEveryHandlerThatIsThere) {
  dispatcher.remove(id1);
  second.on_event = [] { throw std::runtime_error("broken"); };
  dispatcher.report();
  EXPECT_THAT(first.seen, IsEmpty());
  EXPECT_THAT(second.seen, ElementsAre("report"));
  EXPECT_EQ(dispatcher.statistics(id2)->faults, 1U);
}

TEST_F(DispatcherTest, ANewHandlerLearnsWhichServersAreUp) {
  link1.is_up = true;
  dispatcher.announce_servers(id1);
  EXPECT_THAT(first.seen, ElementsAre("up 1"));
  EXPECT_TRUE(dispatcher.is_up(1));
  EXPECT_FALSE(dispatcher.is_up(0));
  EXPECT_FALSE(dispatcher.is_up(99));
}

TEST_F(DispatcherTest, AnUnknownServerIsAnError) {
  EXPECT_THROW(dispatcher.request(id1, 2, Action("Ping"), milliseconds(1), nullptr), std::out_of_range);
}

TEST_F(DispatcherTest, EveryLinkLearnsWhichEventsAreWanted) {
  using link::Interest;
  const auto wants = [](std::vector<std::string> names) { return Interest{.all = false, .names = std::move(names)}; };
  for (FakeLink* link : {&link0, &link1}) link->interests.clear();
  dispatcher.subscribe(id1, "UserEvent");
  dispatcher.subscribe(id2, "UserEvent");
  dispatcher.subscribe_all(id2);
  dispatcher.remove(id2);
  dispatcher.count_messages();
  const auto expected = {wants({"UserEvent"}), Interest{.all = true}, wants({"UserEvent"}), Interest{.all = true}};
  EXPECT_THAT(link0.interests, ::testing::ElementsAreArray(expected));
  EXPECT_THAT(link1.interests, ::testing::ElementsAreArray(expected));
  FakeLink late{2};
  dispatcher.add_link(late);
  EXPECT_THAT(late.interests, ::testing::ElementsAre(Interest{.all = true}));
}

}  // namespace
}  // namespace amibroker::dispatch
