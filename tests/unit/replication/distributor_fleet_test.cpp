// SPDX-License-Identifier: Apache-2.0
//
// What the Distributor makes of servers that are added, changed and retired.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/replication/distributor.hpp"
#include "tests/unit/replication/distribution.hpp"

namespace amibroker::replication {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Tells the distributor what FakeHost tells a plugin.
class Teller final : public Plugin {
 public:
  explicit Teller(std::optional<Distributor>& distributor) : distributor_(distributor) {}
  void start(Host&) override {}
  void on_event(ServerId, const Message&) override {}
  void on_server_up(ServerId server) override { distributor_->server_up(server); }
  void on_server_down(ServerId server) override { distributor_->server_down(server); }
  void on_server_added(ServerId server) override { distributor_->server_added(server); }
  void on_server_changed(ServerId server) override { distributor_->server_changed(server, filters_changed); }
  void on_server_retired(ServerId server) override { distributor_->server_retired(server); }
  bool filters_changed = false;

 private:
  std::optional<Distributor>& distributor_;
};

/// Three servers that are up and were read; no regular snapshots.
class DistributorFleet : public ::testing::Test, public Distributed {
 protected:
  DistributorFleet() : Distributed({"One", "Two", "Three"}) {
    host.option_values.set("resync_interval", "0");
    start();
    for (ServerId server = 0; server < 3; ++server) up(server);
    read();
    pause();
  }
  /// Writes that are not answered: `2: Custom:a = INUSE`.
  std::vector<std::string> writes() const {
    std::vector<std::string> texts;
    for (const testing::Request& request : host.requests) {
      if (request.action.name() != "Setvar") continue;
      const std::string_view variable = request.header("Variable");
      texts.push_back(std::to_string(request.server + 1) + ": " + std::string(variable.substr(6, variable.size() - 7)) +
                      " = " + std::string(request.header("Value")));
    }
    return texts;
  }
  Teller plugin{distributor};
};

TEST_F(DistributorFleet, ANewServerIsReadAndThenWrittenWhatDiffers) {
  device(0, "PJSIP/1", "INUSE");
  device(1, "PJSIP/2", "RINGING");
  host.answer_all();
  const ServerId four = host.add_server(plugin, "Four");
  EXPECT_THAT(writes(), IsEmpty());
  host.bring_up(plugin, four);
  EXPECT_THAT(writes(), IsEmpty()) << "it is not read yet";
  read({{four, {held("Custom:PJSIP/1", "INUSE"), own("Custom:PJSIP/4", "INUSE")}}});
  EXPECT_THAT(writes(), UnorderedElementsAre("4: Custom:PJSIP/2 = RINGING", "1: Custom:PJSIP/4 = INUSE",
                                             "2: Custom:PJSIP/4 = INUSE", "3: Custom:PJSIP/4 = INUSE"));
}

TEST_F(DistributorFleet, ANewServerThatStaysAwayIsLostLikeAnyOther) {
  host.add_server(plugin, "Four");
  host.clock.advance(seconds(61));
  device(0, "PJSIP/1", "INUSE");
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = INUSE", "3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(DistributorFleet, ARetiredServersStatesLeaveAtOnce) {
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  host.retire_server(plugin, 0);
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = NOTHING", "3: Custom:PJSIP/1 = NOTHING"));
  host.clock.advance(seconds(100));
  EXPECT_EQ(host.requests_to_nobody, 0U);
}

TEST_F(DistributorFleet, AnAnswerThatARetiredServerStillOwedDoesNotTouchTheNextOneAtItsPlace) {
  device(0, "PJSIP/1", "INUSE");
  const std::deque<testing::Request> owed = std::exchange(host.requests, {});
  host.retire_server(plugin, 2);
  const ServerId four = host.add_server(plugin, "Four");
  host.bring_up(plugin, four);
  read();
  ASSERT_THAT(writes(), ElementsAre("4: Custom:PJSIP/1 = INUSE"));
  for (const testing::Request& request : owed)
    if (request.server == 2) request.done(Reply{Outcome::unknown, "retired", {}});
  host.clock.advance(seconds(1));
  EXPECT_THAT(writes(), ElementsAre("4: Custom:PJSIP/1 = INUSE")) << "one write, still under way";
}

TEST_F(DistributorFleet, ServersThatComeAndGoLeaveNothingBehind) {
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  for (int i = 0; i < 50; ++i) {
    const ServerId server = host.add_server(plugin, "Guest");
    host.bring_up(plugin, server);
    read({{server, {own("Custom:PJSIP/9", "INUSE")}}});
    host.answer_all();
    host.retire_server(plugin, server);
    host.answer_all();
  }
  device(1, "PJSIP/2", "INUSE");
  EXPECT_THAT(writes(), ElementsAre("1: Custom:PJSIP/2 = INUSE", "3: Custom:PJSIP/2 = INUSE"));
  distributor->report();
  EXPECT_EQ(host.logged(Level::info, "Custom:PJSIP/9: held by 3 servers: NOTHING"), 1U);
}

TEST_F(DistributorFleet, ChangedZonesApplyAtOnce) {
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  host.set_zones(2, {"alone"});
  host.tell_changed(plugin, 2);
  EXPECT_THAT(writes(), ElementsAre("3: Custom:PJSIP/1 = NOTHING"));
  host.answer_all();
  host.set_zones(2, {});
  host.tell_changed(plugin, 2);
  EXPECT_THAT(writes(), ElementsAre("3: Custom:PJSIP/1 = INUSE"));
}

TEST_F(DistributorFleet, AServerWhoseFiltersChangedIsReadAgainAndWhatDoesNotPassAnyMoreIsWithdrawn) {
  device(0, "PJSIP/1", "INUSE");
  device(0, "PJSIP/2", "INUSE");
  host.answer_all();
  plugin.filters_changed = true;
  host.tell_changed(plugin, 0);
  ASSERT_EQ(read({{0, {own("Custom:PJSIP/2", "INUSE"), own("Custom:PJSIP/3", "BUSY")}}}), 1U);
  EXPECT_THAT(writes(), UnorderedElementsAre("2: Custom:PJSIP/1 = NOTHING", "3: Custom:PJSIP/1 = NOTHING",
                                             "2: Custom:PJSIP/3 = BUSY", "3: Custom:PJSIP/3 = BUSY"));
}

TEST_F(DistributorFleet, IfTheListFailsAfterAChangeOfFiltersEverythingOfThatServerIsWithdrawn) {
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  plugin.filters_changed = true;
  host.tell_changed(plugin, 0);
  for (const testing::Request& request : take_reading(host))
    if (request.action.name() == "TestStateList") request.done(Reply{Outcome::error, "Permission denied", {}});
  EXPECT_THAT(writes(), ElementsAre("2: Custom:PJSIP/1 = NOTHING", "3: Custom:PJSIP/1 = NOTHING"));
}

TEST_F(DistributorFleet, AnotherNameChangesNothing) {
  device(0, "PJSIP/1", "INUSE");
  host.answer_all();
  host.set_name(0, "Uno");
  host.tell_changed(plugin, 0);
  EXPECT_THAT(host.requests, IsEmpty());
}

/// A plugin that starts later, for instance after it was switched on, finds retired servers in the list.
TEST(DistributorStart, RetiredServersAreLeftOut) {
  Distributed late({"One", "Two", "Three"});
  late.host.option_values.set("resync_interval", "0");
  Teller plugin(late.distributor);
  late.start();
  late.host.retire_server(plugin, 1);
  late.distributor.reset();
  late.host.requests.clear();
  Neighbours neighbours;
  NewestWins newest(neighbours);
  late.distributor.emplace(late.host, late.reader, neighbours, newest, distribution_medium);
  late.up(0);
  late.up(2);
  late.read();
  late.device(0, "PJSIP/1", "INUSE");
  ASSERT_EQ(late.host.requests.size(), 1U) << "all that are there were read, so it writes at once";
  EXPECT_EQ(late.host.requests[0].server, 2U);
}

}  // namespace
}  // namespace amibroker::replication
