// SPDX-License-Identifier: Apache-2.0
//
// All servers hold the same presence of everybody.
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::Presence;

class Presences : public System {
 protected:
  [[nodiscard]] bool all_hold(const std::string& presentity, const Presence& presence) {
    for (const sim::Server& server : fleet->servers())
      if (server.presence(presentity) != presence) return false;
    return true;
  }
  [[nodiscard]] bool all_equal(const std::string& presentity) {
    return all_hold(presentity, (*fleet)[0].presence(presentity).value_or(Presence{}));
  }
  /// Everything that was on its way when this was called has been handled when it returns: a change of another
  /// presentity goes the same way, after it.
  void settle() {
    const Presence mark{"away", "settle", std::to_string(++settled_)};
    for (const sim::Server& server : fleet->servers()) {
      (*fleet)[server.index()].set_presence("CustomPresence:mark" + std::to_string(server.index()), mark);
    }
    for (const sim::Server& server : fleet->servers())
      ASSERT_TRUE(eventually([&] { return all_hold("CustomPresence:mark" + std::to_string(server.index()), mark); }));
  }
  int settled_ = 0;
};

struct Text {
  const char* name;
  Presence presence;
};
void PrintTo(const Text& text, std::ostream* out) { *out << text.name; }

class PresenceText : public Presences, public ::testing::WithParamInterface<Text> {};

TEST_P(PresenceText, ArrivesEqualOnAllServers) {
  make_fleet(3);
  start_and_connect();
  const Presence before{"chat", "", "before"};
  (*fleet)[0].set_presence("CustomPresence:100", before);
  ASSERT_TRUE(eventually([&] { return all_hold("CustomPresence:100", before); }));
  (*fleet)[0].set_presence("CustomPresence:100", GetParam().presence);
  EXPECT_TRUE(eventually([&] { return all_hold("CustomPresence:100", GetParam().presence); }));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PresenceText,
    ::testing::Values(Text{"status_alone", {"dnd", "", ""}}, Text{"plain", {"away", "lunch", "back soon"}},
                      Text{"comma_quote_umlaut", {"xa", "a,b", "comma, \"quote\" and \xc3\xbcml\xc3\xa4ut"}},
                      Text{"control_bytes", {"chat", "", "two\nlines\tand a tab"}},
                      Text{"escapes", {"available", "", "back\\slash 'x' ?"}},
                      Text{"outer_blanks", {"away", "", " blanks around "}},
                      Text{"dialplan_syntax", {"dnd", "", "${EVAL(x)} $[1+1]"}},
                      Text{"longest", {"away", "", std::string(255, 'x')}}, Text{"not_set", {"not_set", "", ""}}),
    [](const auto& text) { return text.param.name; });

TEST_F(Presences, ALongMessageIsCutOnACharacterBorder) {
  make_fleet(2);
  start_and_connect();
  settle();  // the servers are read: what is published below is in no list
  std::string message(254, 'x');
  message += "\xc3\xbc";  // the character would end at byte 256
  (*fleet)[0].publish({{"Event", "PresenceStateChange"},
                       {"Presentity", "CustomPresence:100"},
                       {"Status", "away"},
                       {"Subtype", ""},
                       {"Message", message}});
  const Presence cut{"away", "", message.substr(0, 254)};
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].presence("CustomPresence:100") == cut; }));
}

TEST_F(Presences, TwoChangesOnTwoServersAtOnceEndEqualOnAllWithoutAnEnd) {
  make_fleet(3);
  start_and_connect();
  for (int round = 0; round < 20; ++round) {
    const std::string who = "CustomPresence:" + std::to_string(round);
    (*fleet)[0].set_presence(who, {"dnd", "", "from a"});
    (*fleet)[1].set_presence(who, {"chat", "", "from b"});
    settle();
    EXPECT_TRUE(eventually([&] { return all_equal(who); })) << who;
    EXPECT_LE((*fleet)[0].history(who).size() + (*fleet)[1].history(who).size() + (*fleet)[2].history(who).size(), 8U);
  }
}

TEST_F(Presences, OneChangeIsOneWriteOnEachOtherServerAndNoEcho) {
  make_fleet(3);
  start_and_connect();
  (*fleet)[0].set_presence("CustomPresence:100", {"dnd", "", ""});
  settle();
  settle();  // an answer to an echo would have been handled by now
  EXPECT_EQ((*fleet)[0].history("CustomPresence:100").size(), 0U);
  EXPECT_EQ((*fleet)[1].history("CustomPresence:100").size(), 1U);
  EXPECT_EQ((*fleet)[2].history("CustomPresence:100").size(), 1U);
}

TEST_F(Presences, NoChangeIsLostHoweverFastTheyFollow) {
  make_fleet(3);
  start_and_connect();
  for (int i = 0; i < 500; ++i)
    (*fleet)[static_cast<std::size_t>(i) % 3].set_presence("CustomPresence:100",
                                                           {i % 2 ? "dnd" : "away", "", std::to_string(i)});
  settle();
  EXPECT_TRUE(eventually([&] { return all_equal("CustomPresence:100"); }));
  // Nobody else changed anything after: one more change from anywhere wins everywhere.
  const Presence last{"available", "", "last"};
  (*fleet)[1].set_presence("CustomPresence:100", last);
  EXPECT_TRUE(eventually([&] { return all_hold("CustomPresence:100", last); }));
}

TEST_F(Presences, APresentityOfAnotherProviderShowsAsACustomOne) {
  make_fleet(2);
  start_and_connect();
  const Presence presence{"xa", "", "x"};
  (*fleet)[0].set_presence("SIP:anna", presence);
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].presence("CustomPresence:SIP:anna") == presence; }));
}

}  // namespace
}  // namespace amibroker::system_test
