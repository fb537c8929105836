// SPDX-License-Identifier: Apache-2.0
//
// All servers agree, whatever happened: snapshots, lost servers, a broker that was killed.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using sim::Presence;

class Agreement : public System {
 protected:
  static constexpr const char* quick_resync =
      "[plugin device_state]\nresync_interval = 1\n[plugin presence_state]\nresync_interval = 1\n";

  [[nodiscard]] bool shows(std::size_t server, const std::string& device, DeviceState state) {
    return eventually([&] { return (*fleet)[server].device_state("Custom:" + device) == state; });
  }
  /// The daemon is gone without a word, and another one starts.
  void kill_and_start(const std::string& text) {
    daemon->signal(SIGKILL);
    EXPECT_EQ(daemon->exit_code(), 128 + SIGKILL);
    start(text);
    connect();
    // A state that is set now reaches everybody once the new daemon has read all servers and begun to write.
    const std::string mark = "PJSIP/mark" + std::to_string(++marks_);
    (*fleet)[0].set_device_state(mark, DeviceState::inuse);
    for (const sim::Server& server : fleet->servers()) {
      if (server.index() == 0 || !server.is_alive()) continue;
      ASSERT_TRUE(shows(server.index(), mark, DeviceState::inuse));
    }
  }
  [[nodiscard]] std::uint64_t writes() const {
    std::uint64_t sum = 0;
    for (const sim::Server& server : fleet->servers()) sum += server.counters().writes;
    return sum;
  }

 private:
  int marks_ = 0;
};

TEST_F(Agreement, WhatServersHoldAtTheStartOfTheBrokerIsDistributed) {
  make_fleet(3);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[1].set_presence("CustomPresence:anna", {"away", "", "lunch"});
  start_and_connect();
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_TRUE(eventually([&] { return (*fleet)[2].presence("CustomPresence:anna") == Presence{"away", "", "lunch"}; }));
}

TEST_F(Agreement, SeveralServersThatKnowOneDeviceShowWhatTheyAllSayOfIt) {
  make_fleet(3);
  start_and_connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::unavailable);
  (*fleet)[1].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[2].set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(shows(0, "PJSIP/100", DeviceState::ringinuse));
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::ringing));
  EXPECT_TRUE(shows(2, "PJSIP/100", DeviceState::inuse));
  for (const sim::Server& server : fleet->servers())
    EXPECT_TRUE(eventually([&] { return server.lamp("PJSIP/100") == DeviceState::ringinuse; })) << server.index();
}

TEST_F(Agreement, AServerThatIsGoneForLongerThanLostAfterLeavesTheLamps) {
  make_fleet(3);
  start_and_connect("", "[plugin device_state]\nlost_after = 1\n");
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[1].set_device_state("PJSIP/100", DeviceState::not_inuse);
  ASSERT_TRUE(shows(2, "PJSIP/100", DeviceState::inuse));
  (*fleet)[0].kill();
  EXPECT_TRUE(shows(2, "PJSIP/100", DeviceState::not_inuse));
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::invalid));
}

TEST_F(Agreement, AServerThatIsBackBeforeLostAfterChangesNoLamp) {
  make_fleet(3);
  start_and_connect("", "[plugin device_state]\nlost_after = 60\n");
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  (*fleet)[2].restart();
  ASSERT_TRUE(shows(2, "PJSIP/100", DeviceState::inuse));
  EXPECT_EQ((*fleet)[1].history("Custom:PJSIP/100").size(), 1U);
}

TEST_F(Agreement, ALostEventIsMadeUpForAsSoonAsItsGapIsSeen) {
  make_fleet(2);
  start_and_connect();
  (*fleet)[0].lose_next_events("DeviceStateChange", 1);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[0].set_device_state("PJSIP/200", DeviceState::ringing);  // its number shows the gap
  EXPECT_TRUE(shows(1, "PJSIP/200", DeviceState::ringing));
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::inuse));
}

TEST_F(Agreement, AnEventThatIsLostUnseenIsMadeUpForWithinTheInterval) {
  make_fleet(2);
  start_and_connect("", quick_resync);
  (*fleet)[0].lose_next_events("DeviceStateChange", 1);
  (*fleet)[0].lose_next_events("PresenceStateChange", 1);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[0].set_presence("CustomPresence:anna", {"dnd", "", ""});
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::inuse));
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].presence("CustomPresence:anna") == Presence{"dnd", "", ""}; }));
}

TEST_F(Agreement, ABrokerThatWasKilledWritesOnlyDifferencesAndNothingIfThereAreNone) {
  make_fleet(3);
  const std::string text = config();
  start(text);
  connect();
  for (int i = 0; i < 100; ++i) (*fleet)[0].set_device_state("PJSIP/" + std::to_string(i), DeviceState::inuse);
  (*fleet)[1].set_presence("CustomPresence:anna", {"away", "", "lunch, late"});
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/99", 0); }));
  ASSERT_TRUE(eventually([&] { return (*fleet)[2].presence("CustomPresence:anna").has_value(); }));
  (*fleet)[0].set_device_state("PJSIP/7", DeviceState::ringing);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/7", 0); }));

  const std::uint64_t before = writes();
  kill_and_start(text);
  EXPECT_EQ(writes(), before + 2) << "the mark on two servers, and nothing else";
  daemon->signal(SIGKILL);
  EXPECT_EQ(daemon->exit_code(), 128 + SIGKILL);
  (*fleet)[0].set_device_state("PJSIP/7", DeviceState::not_inuse);
  (*fleet)[2].set_presence("CustomPresence:anna", {"chat", "", ""});
  start(text);
  connect();
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/7", 0); }));
  EXPECT_TRUE(eventually([&] {
    return (*fleet)[0].presence("CustomPresence:anna") == (*fleet)[1].presence("CustomPresence:anna") &&
           (*fleet)[0].presence("CustomPresence:anna") == (*fleet)[2].presence("CustomPresence:anna");
  }));
}

TEST_F(Agreement, WhatAnEarlierBrokerWroteForAServerThatIsGoneIsTakenBack) {
  make_fleet(3);
  const std::string text = config("", "[plugin device_state]\nlost_after = 1\n");
  start(text);
  connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[1].set_device_state("PJSIP/200", DeviceState::inuse);
  ASSERT_TRUE(shows(2, "PJSIP/100", DeviceState::inuse));
  (*fleet)[2].set_device_state("Custom:DND/1", DeviceState::inuse);  // of its dialplan
  daemon->signal(SIGKILL);
  EXPECT_EQ(daemon->exit_code(), 128 + SIGKILL);
  (*fleet)[0].kill();
  start(text);
  EXPECT_TRUE(shows(2, "PJSIP/100", DeviceState::invalid));
  EXPECT_TRUE(shows(2, "PJSIP/200", DeviceState::inuse));
  EXPECT_EQ((*fleet)[2].device_state("Custom:DND/1"), DeviceState::inuse);
}

TEST_F(Agreement, SharedCustomDevicesAreEqualEverywhereWithoutALoop) {
  make_fleet(3);
  start_and_connect("", "[plugin device_state]\ncustom = yes\nname_template = Custom:{technology}-{name}\n");
  (*fleet)[1].set_device_state("Custom:night", DeviceState::inuse);
  for (const sim::Server& server : fleet->servers())
    EXPECT_TRUE(eventually([&] { return server.device_state("Custom:night") == DeviceState::inuse; }));
  (*fleet)[2].set_device_state("Custom:night", DeviceState::not_inuse);
  for (const sim::Server& server : fleet->servers())
    EXPECT_TRUE(eventually([&] { return server.device_state("Custom:night") == DeviceState::not_inuse; }));
  EXPECT_EQ((*fleet)[0].history("Custom:night").size(), 2U);
}

TEST_F(Agreement, StatesGoOnlyToServersThatShareAZone) {
  make_fleet(3);
  std::string text = config();
  for (const auto& [name, zones] :
       {std::pair{"name = Console 0", "zones = west\n"}, std::pair{"name = Console 1", "zones = west, east\n"},
        std::pair{"name = Console 2", "zones = east\n"}})
    text.insert(text.find(name), zones);
  start(text);
  connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[2].set_device_state("PJSIP/200", DeviceState::ringing);
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::inuse));
  EXPECT_TRUE(shows(1, "PJSIP/200", DeviceState::ringing));
  (*fleet)[1].set_device_state("PJSIP/300", DeviceState::inuse);
  EXPECT_TRUE(shows(0, "PJSIP/300", DeviceState::inuse));
  EXPECT_TRUE(shows(2, "PJSIP/300", DeviceState::inuse));
  EXPECT_TRUE((*fleet)[2].history("Custom:PJSIP/100").empty());
  EXPECT_TRUE((*fleet)[0].history("Custom:PJSIP/200").empty());
}

TEST_F(Agreement, FiltersOfThePluginAndOfAServerHoldNamesBack) {
  make_fleet(2);
  std::string text = config("", "[plugin device_state]\nexclude = Queue:*\n");
  text.insert(text.find("name = Console 0"), "include = PJSIP/1*\n");
  start(text);
  connect();
  (*fleet)[0].set_device_state("Queue:sales", DeviceState::inuse);
  (*fleet)[0].set_device_state("PJSIP/200", DeviceState::inuse);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(shows(1, "PJSIP/100", DeviceState::inuse));
  EXPECT_EQ((*fleet)[1].history().size(), 1U);
}

}  // namespace
}  // namespace amibroker::system_test
