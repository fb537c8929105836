// SPDX-License-Identifier: Apache-2.0
//
// The phones of all servers see one another.
#include "tests/simulator/call_generator.hpp"
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeviceStates : public System {};

TEST_F(DeviceStates, ACallOnOneServerShowsOnAllOthersInOrder) {
  make_fleet(3);
  start_and_connect();
  for (const auto state : {DeviceState::ringing, DeviceState::inuse, DeviceState::not_inuse}) {
    (*fleet)[0].set_device_state("PJSIP/100", state);
    ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  }
  for (const std::size_t server : {1, 2})
    EXPECT_THAT(written(server, "Custom:PJSIP/100"), ElementsAre("RINGING", "INUSE", "NOT_INUSE"));
  EXPECT_THAT(written(0, ""), IsEmpty()) << "the origin was written to";
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_TRUE(daemon->says("plugin device_state: ")) << "its counters";
  EXPECT_TRUE(daemon->says(" writes=6")) << daemon->output();
}

TEST_F(DeviceStates, TheLampOfAnotherServersPhoneFollowsIt) {
  make_fleet(2);
  start_and_connect();
  (*fleet)[1].set_device_state("PJSIP/200", DeviceState::busy);
  EXPECT_TRUE(eventually([&] { return (*fleet)[0].lamp("PJSIP/200") == DeviceState::busy; }));
}

TEST_F(DeviceStates, CustomLocalAndUnknownAreNotDistributed) {
  make_fleet(2);
  start_and_connect();
  (*fleet)[0].set_device_state("Custom:night", DeviceState::inuse);
  (*fleet)[0].set_device_state("Local/100@default", DeviceState::inuse);
  (*fleet)[0].publish({{"Event", "DeviceStateChange"}, {"Device", "PJSIP/7"}, {"State", "UNKNOWN"}});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ((*fleet)[1].history().size(), 1U) << "events come in order, so the others would have been written before";
}

TEST_F(DeviceStates, NothingIsWrittenIfTheServerHoldsTheValue) {
  make_fleet(2);
  start_and_connect();
  for (int i = 0; i < 5; ++i)
    (*fleet)[0].publish({{"Event", "DeviceStateChange"}, {"Device", "PJSIP/100"}, {"State", "INUSE"}});
  (*fleet)[0].set_device_state("PJSIP/200", DeviceState::busy);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/200", 0); }));
  EXPECT_THAT(written(1, "Custom:PJSIP/100"), ElementsAre("INUSE"));
}

TEST_F(DeviceStates, NamesThatCouldEndTheFunctionAreNotWritten) {
  make_fleet(2);
  start_and_connect();
  for (const char* device : {"PJSIP/1)", "PJSIP/${X}", "PJSIP/a,b", "PJSIP/(x", "PJSIP/a\r\nAction: Originate"})
    (*fleet)[0].publish({{"Event", "DeviceStateChange"}, {"Device", device}, {"State", "INUSE"}});
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ((*fleet)[1].history().size(), 1U);
  EXPECT_TRUE(daemon->says("PJSIP/1)")) << "the administrator is told";
}

TEST_F(DeviceStates, ManyCallsAtOnceEndEqualEverywhere) {
  make_fleet(5);
  start_and_connect();
  constexpr int changes = 3000;
  const std::array states{DeviceState::ringing, DeviceState::inuse, DeviceState::onhold, DeviceState::not_inuse};
  for (int i = 0; i < changes; ++i) {
    const auto origin = static_cast<std::size_t>(i) % 5;
    (*fleet)[origin].set_device_state("PJSIP/" + std::to_string(origin * 100 + static_cast<std::size_t>(i) % 20),
                                      states[static_cast<std::size_t>(i / 20) % states.size()]);
  }
  EXPECT_TRUE(eventually([&] {
    for (std::size_t origin = 0; origin < 5; ++origin)
      for (std::size_t phone = 0; phone < 20; ++phone)
        if (!all_show("PJSIP/" + std::to_string(origin * 100 + phone), origin)) return false;
    return true;
  }));
}

TEST_F(DeviceStates, AgainstTheOriginalModule) {
  sim::ServerOptions options;
  options.module = sim::Module::original;
  make_fleet(2, options);
  start_and_connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
}

TEST_F(DeviceStates, APluginThatIsSwitchedOffDoesNothing) {
  make_fleet(2);
  start_and_connect("", "[plugins]\ndevice_state = no\n");
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::ringing);
  (*fleet)[0].set_presence("CustomPresence:100", {"dnd", "", ""});
  ASSERT_TRUE(eventually([&] { return (*fleet)[1].presence("CustomPresence:100").has_value(); }));
  EXPECT_THAT(written(1, "Custom:PJSIP/100"), IsEmpty());
}

}  // namespace
}  // namespace amibroker::system_test
