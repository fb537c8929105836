// SPDX-License-Identifier: Apache-2.0
//
// Two daemons with the same servers: one writes, the other stands by and takes over.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using sim::Presence;

class TwoBrokers : public System {
 protected:
  void start_second(const std::string& text) {
    second = std::make_unique<Daemon>(AMIBROKER_DAEMON, std::vector{folder.write("second.ini", text)});
    ASSERT_TRUE(second->says("another broker has the same servers", 20s, 2)) << second->output();
  }
  [[nodiscard]] std::uint64_t writes() const {
    std::uint64_t sum = 0;
    for (const sim::Server& server : fleet->servers()) sum += server.counters().writes;
    return sum;
  }
  void TearDown() override {
    if (second) {
      second->signal(SIGCONT);
      EXPECT_EQ(second->stop(), 0) << second->output();
    }
    System::TearDown();
  }
  std::unique_ptr<Daemon> second;
};

TEST_F(TwoBrokers, EachChangeIsWrittenOnce) {
  make_fleet(3);
  start_and_connect();
  start_second(config());
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  const std::uint64_t before = writes();  // the first one left notes as well
  (*fleet)[1].set_presence("CustomPresence:anna", {"away", "", "lunch"});
  ASSERT_TRUE(eventually([&] { return (*fleet)[2].presence("CustomPresence:anna") == Presence{"away", "", "lunch"}; }));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::not_inuse);
  ASSERT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_EQ(writes() - before, 4U);
}

TEST_F(TwoBrokers, TheOtherOneTakesOverFromALeaderThatIsKilled) {
  make_fleet(3);
  start_and_connect();
  start_second(config());
  daemon->signal(SIGKILL);
  EXPECT_EQ(daemon->exit_code(), 128 + SIGKILL);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << second->output();
  EXPECT_TRUE(second->says("from now on, as the broker that wrote there is silent or yields"));
  daemon.reset();
}

TEST_F(TwoBrokers, ALeaderThatWasStoppedStandsByWhenItGoesOn) {
  make_fleet(2);
  start_and_connect();
  start_second(config());
  daemon->signal(SIGSTOP);
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); })) << second->output();
  daemon->signal(SIGCONT);
  EXPECT_TRUE(daemon->says("which another broker writes to; this one writes to 0", 20s, 2)) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::busy);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
}

TEST_F(TwoBrokers, OneThatHasOtherServersWritesAsWell) {
  make_fleet(3);
  start_and_connect();
  std::string text = config();
  for (std::string::size_type at = 0; (at = text.find("server-", at)) != std::string::npos;)
    text.replace(at, 7, "other-");
  second = std::make_unique<Daemon>(AMIBROKER_DAEMON, std::vector{folder.write("second.ini", text)});
  ASSERT_TRUE(daemon->says("another broker writes there as well", 20s, 2)) << daemon->output();
  for (int i = 0; i < 20; ++i) {
    (*fleet)[0].set_presence("CustomPresence:anna", {"away", "", "one"});
    (*fleet)[1].set_presence("CustomPresence:anna", {"chat", "", "two"});
  }
  EXPECT_TRUE(eventually([&] {
    const auto presence = (*fleet)[0].presence("CustomPresence:anna");
    return presence == (*fleet)[1].presence("CustomPresence:anna") &&
           presence == (*fleet)[2].presence("CustomPresence:anna");
  }));
}

}  // namespace
}  // namespace amibroker::system_test
