// SPDX-License-Identifier: Apache-2.0
//
// Custom devices that look like the broker's: which of them it may clear after a start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>

#include "amibroker/testing/fake_host.hpp"
#include "amibroker/testing/message_builder.hpp"
#include "plugins/device_state/device_state.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::device_state {
namespace {

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::Request;
using replication::Item;
using replication::Lists;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// A server's custom devices, and what it knows of its own.
using Held = std::map<std::string, std::string>;

/// Three servers that keep what they are written, whatever life of the broker wrote it.
class OrphanNames : public ::testing::Test {
 protected:
  /// A life of the broker: it starts, reads all servers, writes, and is killed.
  struct Life {
    explicit Life(const std::string& name_template) {
      host.option_values.set("name_template", name_template);
      for (ServerId server = 0; server < 3; ++server) host.set_up(server);
    }
    ~Life() { host.stop(plugin); }
    FakeHost host{{"One", "Two", "Three"}, DeviceState::options, amibroker::testing::Timeouts::by_the_test};
    DeviceState plugin;
  };

  /// The next life. What it wrote, but for its notes.
  std::vector<std::string> live() {
    life = std::make_unique<Life>(name_template);
    life->host.start(life->plugin);
    read();
    life->host.clock.advance(replication::Distributor::first_orphans);
    return carry_out();
  }
  void read() {
    Lists lists;
    for (ServerId server = 0; server < 3; ++server)
      for (const auto& [device, state] : held[server])
        lists[server].push_back({{"Event", "DeviceStateChange"}, {"Device", device}, {"State", state}});
    replication::read_servers(
        life->host, [&](ServerId server, const Message& event) { life->plugin.on_event(server, event); }, lists, false);
  }
  /// The servers do what they were asked.
  std::vector<std::string> carry_out() {
    std::vector<std::string> texts;
    for (; !life->host.requests.empty(); life->host.answer()) {
      const Request& request = life->host.requests.front();
      const std::string variable(request.header("Variable"));
      const std::string name = variable.substr(13, variable.size() - 14);
      held[request.server][name] = std::string(request.header("Value"));
      if (!name.starts_with("Custom:zmq-ami-broker"))
        texts.push_back(std::to_string(request.server + 1) + ": " + name + " = " +
                        std::string(request.header("Value")));
    }
    return texts;
  }
  void snapshot(ServerId server) {
    life->host.clock.advance(replication::ReadingPace::least_pause);
    life->plugin.on_event(server, MessageBuilder("LoadZmq").message());
  }

  std::string name_template = "Custom:{device}";
  std::array<Held, 3> held;
  std::unique_ptr<Life> life;
};

TEST_F(OrphanNames, WhatADialplanSetBeforeTheBrokerCameIsLeftAloneInAllItsLives) {
  held[0] = {{"PJSIP/1", "INUSE"}, {"SIP/7", "INUSE"}};
  held[1] = {{"Custom:Agent/1001", "INUSE"}, {"Custom:park/701", "INUSE"}, {"Custom:SIP/door", "INUSE"}};
  live();
  for (int restart = 0; restart < 3; ++restart) EXPECT_THAT(live(), IsEmpty());
  EXPECT_EQ(held[1]["Custom:SIP/door"], "INUSE");
  EXPECT_EQ(held[1]["Custom:Agent/1001"], "INUSE");
  EXPECT_EQ(held[1]["Custom:PJSIP/1"], "INUSE");
}

TEST_F(OrphanNames, SoIsWhatLooksLikeATemplateOfParts) {
  name_template = "Custom:{technology}-{name}";
  held[0] = {{"Queue:sales", "INUSE"}};
  held[1] = {{"Custom:Queue-sales-night", "INUSE"}};
  for (int restart = 0; restart < 3; ++restart) live();
  EXPECT_EQ(held[1]["Custom:Queue-sales-night"], "INUSE");
  EXPECT_EQ(held[1]["Custom:Queue-sales"], "INUSE");
}

TEST_F(OrphanNames, WhatTheBrokerWroteForADeviceThatIsGoneIsClearedWithALine) {
  held[0] = {{"PJSIP/1", "INUSE"}, {"PJSIP/2", "INUSE"}};
  live();
  held[0].erase("PJSIP/2");
  EXPECT_THAT(live(), UnorderedElementsAre("2: Custom:PJSIP/2 = INVALID", "3: Custom:PJSIP/2 = INVALID"));
  EXPECT_EQ(life->host.logged(Level::info, "Two (server-2): Custom:PJSIP/2 is INUSE from an earlier life"), 1U);
  EXPECT_EQ(life->host.logged(Level::info, "Three (server-3): Custom:PJSIP/2 is INUSE from an earlier life"), 1U);
  EXPECT_THAT(live(), IsEmpty());
  EXPECT_EQ(life->host.logged(Level::info, "earlier life"), 0U);
}

TEST_F(OrphanNames, WhatWasThereBeforeIsTheBrokersIfAServerHasThatDevice) {
  held[0] = {{"PJSIP/1", "INUSE"}};
  held[1] = {{"Custom:PJSIP/1", "BUSY"}};
  EXPECT_THAT(live(), Contains("2: Custom:PJSIP/1 = INUSE"));
  held[0].clear();
  EXPECT_THAT(live(), Contains("2: Custom:PJSIP/1 = INVALID"));
}

TEST_F(OrphanNames, ANameThatIsSetAgainAndAgainAfterItWasClearedBelongsToSomebodyElse) {
  held[0] = {{"PJSIP/1", "INUSE"}};
  live();
  held[1]["Custom:SIP/door"] = "INUSE";  // while no broker runs
  EXPECT_THAT(live(), ElementsAre("2: Custom:SIP/door = INVALID"));
  held[1]["Custom:SIP/door"] = "INUSE";
  snapshot(1);
  read();
  EXPECT_THAT(carry_out(), ElementsAre("2: Custom:SIP/door = INVALID")) << "a late write of the life before, perhaps";
  for (int i = 0; i < 3; ++i) {
    held[1]["Custom:SIP/door"] = i == 1 ? "BUSY" : "INUSE";
    snapshot(1);
    read();
    EXPECT_THAT(carry_out(), IsEmpty());
  }
  EXPECT_EQ(life->host.logged(Level::warning, "Two (server-2): Custom:SIP/door was set again"), 1U);
  EXPECT_THAT(live(), IsEmpty()) << "the next life knows it";
  EXPECT_EQ(held[1]["Custom:SIP/door"], "INUSE");
}

TEST_F(OrphanNames, AnUnansweredWriteThatRunsLateIsNotTakenForSomebodyElses) {
  held[0] = {{"PJSIP/1", "INUSE"}, {"PJSIP/2", "INUSE"}};
  live();
  held[0].erase("PJSIP/2");
  EXPECT_THAT(live(), Contains("2: Custom:PJSIP/2 = INVALID"));
  const auto says = [this](ServerId server, const char* device, const char* state) {
    life->plugin.on_event(server,
                          MessageBuilder("DeviceStateChange").add("Device", device).add("State", state).message());
  };
  says(0, "PJSIP/2", "RINGING");
  life->host.take_down(life->plugin, 1);  // it was sent RINGING, and froze
  says(0, "PJSIP/2", "INVALID");
  carry_out();
  life->host.bring_up(life->plugin, 1);
  read();
  EXPECT_THAT(carry_out(), IsEmpty());
  says(1, "Custom:PJSIP/2", "RINGING");
  EXPECT_THAT(carry_out(), ElementsAre("2: Custom:PJSIP/2 = INVALID"));
}

TEST_F(OrphanNames, SoDoesOneThatIsForgottenEachTimeItWasCleared) {
  const auto forget = [this] {
    snapshot(1);
    read();
    EXPECT_THAT(carry_out(), IsEmpty());
    const std::uint64_t before = life->host.counted("names_given_back");
    life->host.clock.advance(std::chrono::seconds(15));
    EXPECT_EQ(life->host.counted("names_given_back"), before + 1);
  };
  held[0] = {{"PJSIP/1", "INUSE"}};
  live();
  held[1]["Custom:SIP/door"] = "INUSE";
  EXPECT_THAT(live(), ElementsAre("2: Custom:SIP/door = INVALID"));
  forget();
  held[1]["Custom:SIP/door"] = "INUSE";
  snapshot(1);
  read();
  EXPECT_THAT(carry_out(), ElementsAre("2: Custom:SIP/door = INVALID"));
  forget();
  held[1]["Custom:SIP/door"] = "INUSE";
  snapshot(1);
  read();
  EXPECT_THAT(carry_out(), IsEmpty());
  EXPECT_EQ(life->host.logged(Level::warning, "Two (server-2): Custom:SIP/door was set again"), 1U);
  EXPECT_THAT(live(), IsEmpty()) << "the next life knows it";
  EXPECT_EQ(held[1]["Custom:SIP/door"], "INUSE");
}

TEST_F(OrphanNames, MoreForeignNamesThanThereAreNotesForAreLeftAloneInThisLifeWithOneLineEach) {
  constexpr std::size_t names = replication::Notes::most_kept + 2;
  held[0] = {{"PJSIP/1", "INUSE"}};
  live();
  const auto set_all = [&] {
    for (std::size_t i = 0; i < names; ++i) held[1]["Custom:SIP/door" + std::to_string(i)] = "INUSE";
  };
  set_all();
  live();
  for (int round = 0; round < 10; ++round) {
    set_all();
    snapshot(1);
    read();
    EXPECT_THAT(carry_out(), SizeIs(round == 0 ? names : 0));
  }
  EXPECT_EQ(life->host.logged(Level::warning, "was set again"), names);
  EXPECT_EQ(life->host.logged(Level::warning, "there are too many of these"), 2U);
}

TEST_F(OrphanNames, ANameThatADialplanHasOnOneServerMayBeAnOrphanOnAnother) {
  held[0] = {{"PJSIP/1", "INUSE"}};
  held[1] = {{"Custom:SIP/door", "INUSE"}};
  live();
  held[2]["Custom:SIP/door"] = "BUSY";
  EXPECT_THAT(live(), ElementsAre("3: Custom:SIP/door = INVALID"));
  EXPECT_EQ(held[1]["Custom:SIP/door"], "INUSE");
}

TEST_F(OrphanNames, WhatTheOriginalBrokerWroteIsCorrectedIfAServerHasThatDevice) {
  held[0] = {{"PJSIP/1", "INVALID"}, {"PJSIP/2", "INUSE"}};
  held[1] = {{"Custom:PJSIP/1", "INUSE"}, {"Custom:PJSIP/2", "INUSE"}};
  EXPECT_THAT(live(), UnorderedElementsAre("2: Custom:PJSIP/1 = INVALID", "3: Custom:PJSIP/2 = INUSE"));
}

TEST_F(OrphanNames, NotesAreNeitherSharedNorTakenForDevices) {
  name_template = "Custom:{technology}-{name}";
  held[0] = {{"PJSIP/1", "INUSE"}};
  life = std::make_unique<Life>(name_template);
  life->host.option_values.set("custom", "yes");
  life->host.start(life->plugin);
  read();
  carry_out();
  EXPECT_EQ(held[1]["Custom:zmq-ami-broker"], "NOT_INUSE");
  EXPECT_FALSE(held[0].contains("Custom:zmq-ami-broker")) << "nothing was written there";
  life->plugin.on_event(
      1,
      MessageBuilder("DeviceStateChange").add("Device", "Custom:zmq-ami-broker").add("State", "NOT_INUSE").message());
  snapshot(1);
  read();
  EXPECT_THAT(carry_out(), IsEmpty());
  EXPECT_FALSE(held[0].contains("Custom:zmq-ami-broker"));
}

TEST_F(OrphanNames, AServerThatIsNotWrittenToHasNoNote) {
  held[1] = {{"Custom:SIP/door", "INUSE"}};
  EXPECT_THAT(live(), IsEmpty());
  EXPECT_THAT(held[1], SizeIs(1));
  EXPECT_THAT(held[0], IsEmpty());
}

}  // namespace
}  // namespace amibroker::device_state
