// SPDX-License-Identifier: Apache-2.0
//
// Servers that are joined by Asterisk's own manager interface, alone and beside ones with the module.
#include "tests/simulator/certificates.hpp"
#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using sim::Transport;
using ::testing::HasSubstr;

sim::ServerOptions native(const sim::AmiOptions& account = {}) { return {.transport = Transport::ami, .ami = account}; }

class Native : public System {
 protected:
  /// All servers but number `lost` show what changes on server 0 and on server 1.
  void expect_agreement(const std::string& device, std::size_t lost = SIZE_MAX) {
    (*fleet)[0].set_device_state("PJSIP/" + device, DeviceState::inuse);
    (*fleet)[1].set_device_state("PJSIP/" + device + "0", DeviceState::ringing);
    EXPECT_TRUE(eventually([&] {
      for (const sim::Server& server : fleet->servers()) {
        if (server.index() == lost) continue;
        if (server.lamp("PJSIP/" + device) != DeviceState::inuse) return false;
        if (server.lamp("PJSIP/" + device + "0") != DeviceState::ringing) return false;
      }
      return true;
    })) << device;
  }
  /// Starts with the servers 0 and 1, which are well, and 2, of which the log is to say `text`.
  void expect_only_the_third_is_lost(const std::string& text) {
    start(config("request_timeout = 500\n"));
    EXPECT_TRUE(daemon->says(text)) << daemon->output();
    expect_agreement("100", 2);
    EXPECT_FALSE((*fleet)[2].has_broker());
  }
};

TEST_F(Native, AFleetAgrees) {
  make_fleet(std::vector(3, native()));
  start_and_connect();
  expect_agreement("100");
  (*fleet)[2].set_presence("CustomPresence:100", {.state = "away", .subtype = "out", .message = "back, at 3"});
  EXPECT_TRUE(eventually([&] {
    return (*fleet)[0].presence("CustomPresence:100") == (*fleet)[2].presence("CustomPresence:100") &&
           (*fleet)[1].presence("CustomPresence:100") == (*fleet)[2].presence("CustomPresence:100");
  }));
}

TEST_F(Native, AMixedFleetAgrees) {
  make_fleet({native(), {}, native(), {}});
  (*fleet)[0].set_device_state("PJSIP/7", DeviceState::busy);
  (*fleet)[3].set_device_state("PJSIP/8", DeviceState::onhold);
  start_and_connect();
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/7", 0) && all_show("PJSIP/8", 3); })) << "what was there before";
  expect_agreement("100");
}

TEST_F(Native, AnAccountThatMayOnlyCallIsEnough) {
  make_fleet({native({.read = "call", .write = "call"}), native()});
  (*fleet)[0].set_device_state("PJSIP/7", DeviceState::busy);
  start_and_connect();
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/7", 0); }));
  expect_agreement("100");
}

TEST_F(Native, TlsWorksTheSameAsWithoutIt) {
  const sim::CertificateAuthority authority;
  ca_file = folder.write("ca.pem", authority.certificate());
  const auto text = authority.issue("127.0.0.1");
  const sim::AmiOptions account{.certificate = text.certificate, .key = text.key};
  make_fleet({native(account), native(account), {}});
  start_and_connect();
  expect_agreement("100");
  (*fleet)[1].restart();
  expect_agreement("200");
}

TEST_F(Native, AKilledServerIsRightWhenItIsBack) {
  make_fleet({native(), native(), {}});
  start_and_connect();
  expect_agreement("100");
  (*fleet)[1].kill();
  ASSERT_TRUE(daemon->says("'Console 1' [server-1] is down"));
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::busy);
  (*fleet)[1].restart();
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].lamp("PJSIP/100") == DeviceState::busy; }));
  (*fleet)[1].reset_in_event();
  expect_agreement("200");
}

TEST_F(Native, NoiseIsFilteredAtItsSource) {
  make_fleet({native(), native()});
  start_and_connect();
  EXPECT_TRUE(eventually([&] { return all_name("DeviceStateChange"); }))
      << testing::PrintToString((*fleet)[0].filters());
  EXPECT_THAT((*fleet)[0].event_mask(), HasSubstr("call"));
  expect_agreement("100");
  ASSERT_TRUE(eventually([&] { return (*fleet)[0].lamp("PJSIP/1000") == DeviceState::ringing; }));
  const auto before = (*fleet)[0].events_sent();
  const sim::Fields noise{{"Event", "VarSet"}, {"Privilege", "call,all"}, {"Variable", "x"}};
  for (int i = 0; i < 100; ++i) (*fleet)[0].publish(noise);
  EXPECT_LT((*fleet)[0].events_sent(), before + 50) << "but for the broker's own fences and writes";
}

TEST_F(Native, AWrongSecretCostsTheOthersNothing) {
  make_fleet({native(), {}, native()});
  secrets[2] = "guess";
  expect_only_the_third_is_lost("it refuses the login of 'broker' (Authentication failed)");
  EXPECT_EQ((*fleet)[2].refused_logins(), 1U) << "it is not tried again at once";
}

TEST_F(Native, ALoginThatIsTakenCostsTheOthersNothing) {
  make_fleet({native(), {}, native({.allow_multiple_login = false})});
  const std::string twice = "[again]\naddr = localhost\n" + access_to((*fleet)[2]);
  std::string text = config("", twice);
  text.replace(text.find("server-2\n"), 9, "server-2, again\n");
  start(text);
  EXPECT_TRUE(daemon->says("Login Already In Use")) << daemon->output();
  expect_agreement("100");
}

TEST_F(Native, AWrongCertificateCostsTheOthersNothing) {
  const sim::CertificateAuthority authority;
  const sim::CertificateAuthority stranger("Stranger");
  ca_file = folder.write("ca.pem", authority.certificate());
  const std::pair<sim::CertificateText, std::string> cases[] = {
      {stranger.issue("127.0.0.1"), "its certificate is not trusted"},
      {authority.issue("127.0.0.1", {.to = -60s}), "its certificate has expired"},
      {authority.issue("127.0.0.1", {.from = 1h}), "its certificate is not valid yet"},
      {authority.issue("pbx.example.org"), "its certificate is not for '127.0.0.1'"}};
  for (const auto& [text, line] : cases) {
    accounts.clear();
    make_fleet({native(), {}, native({.certificate = text.certificate, .key = text.key})});
    expect_only_the_third_is_lost(line);
    EXPECT_EQ(daemon->stop(), 0);
    daemon.reset();
  }
}

TEST_F(Native, ASilentServerCostsTheOthersNothing) {
  make_fleet({native(), {}, native()});
  (*fleet)[2].hold_silent(true);
  expect_only_the_third_is_lost("it says nothing in time");
}

TEST_F(Native, BadInputIsDroppedAloneAndNamed) {
  make_fleet({native(), {}, native()});
  start_and_connect("", "");
  std::string many = "Event: DeviceStateChange\r\n";
  for (int i = 0; i < 10'000; ++i) many += "Header" + std::to_string(i) + ": x\r\n";
  const std::string bad[] = {"Event: DeviceStateChange\r\nDevice: " + std::string(10'000'000, 'x') + "\r\n\r\n",
                             many + "\r\n", "Response: Success\r\nActionID: 987654321\r\n\r\n",
                             "\x01 nonsense\r\n\r\n"};
  for (const std::string& text : bad) (*fleet)[0].send_raw(text);
  EXPECT_TRUE(daemon->says("'Console 0' [server-0] sent a message that was dropped")) << daemon->output();
  expect_agreement("100");
  EXPECT_FALSE(daemon->says("is down", 0ms)) << daemon->output();
}

TEST_F(Native, AFullAuthlimitIsTriedAgainSoonAndCostsTheOthersNothing) {
  make_fleet({native(), {}, native({.authlimit = 0})});
  expect_only_the_third_is_lost("'Console 2' [server-2] is down: it closed the connection");
}

TEST_F(Native, AnotherServiceCostsTheOthersNothing) {
  make_fleet({native(), {}, native()});
  (*fleet)[2].set_banner("SSH-2.0-OpenSSH_9.2");
  expect_only_the_third_is_lost("it says 'SSH-2.0-OpenSSH_9.2'");
}

TEST_F(Native, AFrozenServerIsFoundAndRightAgain) {
  make_fleet({native(), {}, native()});
  start_and_connect();
  (*fleet)[2].freeze(true);
  EXPECT_TRUE(daemon->says("'Console 2' [server-2] is down: it does not answer any more", 15s)) << daemon->output();
  expect_agreement("100", 2);
  (*fleet)[2].freeze(false);
  EXPECT_TRUE(eventually([&] { return (*fleet)[2].lamp("PJSIP/100") == DeviceState::inuse; }));
}

}  // namespace
}  // namespace amibroker::system_test
