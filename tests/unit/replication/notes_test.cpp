// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "amibroker/testing/fake_host.hpp"
#include "tests/unit/replication/reading.hpp"

namespace amibroker::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class NotesTest : public ::testing::Test {
 protected:
  /// The server lists these names.
  void list(std::initializer_list<std::string> names, ServerId server = 0) {
    std::deque<testing::MessageBuilder> builders;
    std::vector<Message> items;
    for (const std::string& name : names)
      items.push_back(builders.emplace_back().add("Device", name).add("State", "INUSE").message());
    notes.read(server, items);
  }
  void leave(ServerId server = 0) {
    notes.leave(
        server, [this](std::string_view name) { return ours.contains(std::string(name)); },
        [this](const Reply& reply) { ends.push_back(reply.outcome); });
  }
  /// The variables that were written, which get this answer.
  std::vector<std::string> written(Outcome outcome = Outcome::success) {
    std::vector<std::string> variables;
    for (; !host.requests.empty(); host.answer(outcome))
      variables.emplace_back(host.requests.front().header("Variable"));
    return variables;
  }

  testing::FakeHost host{{"One", "Two"}, {}, amibroker::testing::Timeouts::by_the_test};
  Notes notes{host, "DEVICE_STATE(", {"Custom:zmq-ami-broker", "NOT_INUSE", "Device"}};
  std::set<std::string> ours;
  std::vector<Outcome> ends;
};

TEST_F(NotesTest, OnAServerWithoutANoteNothingIsTheBrokers) {
  list({"Custom:PJSIP/1"});
  EXPECT_TRUE(notes.is_foreign(0, "Custom:PJSIP/1"));
  list({"Custom:PJSIP/1", "Custom:zmq-ami-broker"});
  EXPECT_FALSE(notes.is_foreign(0, "Custom:PJSIP/1"));
  EXPECT_TRUE(notes.is_foreign(1, "Custom:PJSIP/1")) << "each server has its own";
}

TEST_F(NotesTest, AKindOfStatesThatHasAnActionOfItsOwnHasItForItsNotesToo) {
  Notes of_boxes(host, "", {"zmq-ami-broker", "1/0", "Mailbox"},
                 [](Action& action, std::string_view name, std::string_view value) {
                   action.reset("MWIUpdate").add("Mailbox", name).add("Value", value);
                 });
  of_boxes.leave(
      1, [](std::string_view) { return false; }, [](const Reply&) {});
  ASSERT_THAT(host.requests, SizeIs(1));
  EXPECT_EQ(host.requests.front().action.name(), "MWIUpdate");
  EXPECT_EQ(host.requests.front().action.size(), 2U);
  EXPECT_EQ(host.requests.front().header("Mailbox"), "zmq-ami-broker");
  EXPECT_EQ(host.requests.front().header("Value"), "1/0");
}

TEST_F(NotesTest, TheNoteIsMissingUntilItWasWrittenWithSuccess) {
  EXPECT_TRUE(notes.missing(0));
  leave();
  EXPECT_TRUE(notes.being_left(0));
  EXPECT_THAT(written(Outcome::unknown), ElementsAre("DEVICE_STATE(Custom:zmq-ami-broker)"));
  EXPECT_FALSE(notes.being_left(0));
  EXPECT_TRUE(notes.missing(0));
  leave();
  written();
  EXPECT_FALSE(notes.missing(0));
  EXPECT_THAT(ends, ElementsAre(Outcome::unknown, Outcome::success));
  notes.server_up(0);
  EXPECT_TRUE(notes.missing(0)) << "it may have lost its database";
}

TEST_F(NotesTest, WhatWasThereBeforeTheBrokerIsNotedFirstAndKnownInItsNextLife) {
  list({"Custom:SIP/door", "Custom:PJSIP/1"});
  notes.found(0, "Custom:SIP/door");
  notes.found(0, "Custom:PJSIP/1");
  ours.insert("Custom:PJSIP/1");
  leave();
  const std::vector<std::string> left = written();
  ASSERT_THAT(
      left, ElementsAre(StartsWith("DEVICE_STATE(Custom:zmq-ami-broker:keep:"), "DEVICE_STATE(Custom:zmq-ami-broker)"));

  Notes later(host, "DEVICE_STATE(", {"Custom:zmq-ami-broker", "NOT_INUSE", "Device"});
  const std::string kept = left[0].substr(13, left[0].size() - 14);
  testing::MessageBuilder keep;
  testing::MessageBuilder note;
  const std::vector<Message> items{keep.add("Device", kept).message(),
                                   note.add("Device", "Custom:zmq-ami-broker").message()};
  later.read(0, items);
  EXPECT_TRUE(later.is_foreign(0, "Custom:SIP/door"));
  EXPECT_FALSE(later.is_foreign(0, "Custom:PJSIP/1"));
  EXPECT_FALSE(later.missing(0));
  EXPECT_TRUE(later.keep(0, "Custom:SIP/door"));
  EXPECT_THAT(host.requests, IsEmpty()) << "it is noted already";
}

TEST_F(NotesTest, ThatABrokerWasThereIsNotedOnlyOnceWhatWasThereBeforeIs) {
  notes.found(0, "Custom:SIP/door");
  leave();
  EXPECT_THAT(written(Outcome::error), ElementsAre(StartsWith("DEVICE_STATE(Custom:zmq-ami-broker:keep:")));
  EXPECT_THAT(ends, ElementsAre(Outcome::not_sent));
  EXPECT_TRUE(notes.missing(0));
  leave();
  EXPECT_THAT(written(), SizeIs(2)) << "both, this time";
  EXPECT_FALSE(notes.missing(0));
}

TEST_F(NotesTest, WhatIsAnsweredForAServerThatWasRetiredIsIgnored) {
  notes.found(0, "Custom:SIP/door");
  leave();
  notes.retire_server(0);
  EXPECT_THAT(written(), SizeIs(1));
  EXPECT_THAT(ends, IsEmpty());
}

TEST_F(NotesTest, ANoteThatGotLostIsWrittenAgain) {
  list({"Custom:zmq-ami-broker"});
  notes.keep(0, "Custom:SIP/door");
  written(Outcome::unknown);
  notes.keep(0, "Custom:SIP/door");
  EXPECT_THAT(written(), IsEmpty()) << "it may have arrived";
  list({"Custom:zmq-ami-broker"});
  notes.keep(0, "Custom:SIP/door");
  EXPECT_THAT(written(), SizeIs(1));
}

TEST_F(NotesTest, WhatTurnsOutToBeForeignIsNotedAtOnce) {
  list({"Custom:zmq-ami-broker"});
  EXPECT_TRUE(notes.keep(0, "Custom:SIP/door"));
  EXPECT_THAT(written(), SizeIs(1));
  EXPECT_TRUE(notes.is_foreign(0, "Custom:SIP/door"));
}

TEST_F(NotesTest, TheirNumberIsBounded) {
  for (int i = 0; i < 2000; ++i) notes.found(0, "Custom:SIP/" + std::to_string(i));
  leave();
  EXPECT_THAT(written(), SizeIs(Notes::most_kept + 1));
  EXPECT_FALSE(notes.keep(0, "Custom:SIP/x"));
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(NotesTest, NamesThatOnlyBeginAlikeAreNoNotes) {
  EXPECT_TRUE(notes.is_note("Custom:zmq-ami-broker"));
  EXPECT_TRUE(notes.is_note("Custom:zmq-ami-broker:keep:1f"));
  for (const char* name : {"Custom:zmq-ami-broker2", "Custom:zmq", "", "custom:zmq-ami-broker"})
    EXPECT_FALSE(notes.is_note(name)) << name;
}

TEST_F(NotesTest, DamagedNotesAreIgnored) {
  list({"Custom:zmq-ami-broker", "Custom:zmq-ami-broker:keep:", "Custom:zmq-ami-broker:keep:xyz",
        "Custom:zmq-ami-broker:keep:11111111111111111", "Custom:zmq-ami-broker:other"});
  EXPECT_FALSE(notes.is_foreign(0, "Custom:SIP/door"));
}

TEST_F(NotesTest, APluginWithoutANameForThemLeavesNoneAndTakesAllNamesForItsOwn) {
  Notes none(host, "PRESENCE_STATE(", {});
  EXPECT_FALSE(none.missing(0));
  EXPECT_FALSE(none.is_foreign(0, "CustomPresence:SIP:a"));
  EXPECT_FALSE(none.is_note("CustomPresence:zmq-ami-broker"));
}

}  // namespace
}  // namespace amibroker::replication
