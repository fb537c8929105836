// SPDX-License-Identifier: Apache-2.0
//
// Native servers with TLS, and the certificates that tests make.
#include <unistd.h>

#include <filesystem>

#include "tests/simulator/certificates.hpp"
#include "tests/unit/simulator/ami_fixture.hpp"

namespace amibroker::sim {
namespace {

class AmiTls : public Ami {
 protected:
  AmiTls() { write_pem(ca_file, authority.certificate()); }
  ~AmiTls() override { std::filesystem::remove(ca_file); }
  Server& start_with(const CertificateText& text) { return start({.certificate = text.certificate, .key = text.key}); }

  CertificateAuthority authority;
  std::string ca_file = ::testing::TempDir() + "ca-" + std::to_string(::getpid()) + ".pem";
};

TEST_F(AmiTls, ASessionWorksTheSameAsWithoutIt) {
  auto& server = start_with(authority.issue("127.0.0.1"));
  AmiClient client(server, ca_file);
  EXPECT_EQ(message_of(client.log_in("call")), "Authentication accepted");
  server.set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_EQ(value_of(client.message(), "Device"), "PJSIP/100");
  const Fields event{{"Event", "Big"}, {"Privilege", "call,all"}, {"X", std::string(100'000, 'x')}};
  server.publish(event);
  EXPECT_EQ(client.message(), event);
  server.kill();
  EXPECT_TRUE(client.at_end());
  server.restart();
  AmiClient again(server, ca_file);
  EXPECT_EQ(message_of(again.log_in()), "Authentication accepted");
}

TEST_F(AmiTls, AClientFindsOutWhatIsWrongWithACertificate) {
  const CertificateAuthority other("Other CA");
  for (const auto& text : {authority.issue("pbx.example.org"), authority.issue("127.0.0.1", {.to = -10s}),
                           authority.issue("127.0.0.1", {.from = 1h}), other.issue("127.0.0.1")}) {
    auto& server = start_with(text);
    EXPECT_THROW(AmiClient(server, ca_file), std::runtime_error);
  }
}

TEST_F(AmiTls, APlainClientGetsNoSession) {
  auto& server = start_with(authority.issue("127.0.0.1"));
  AmiClient client(server);
  client.send({{"Action", "Ping"}});
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(server.counters().actions.size(), 0U);
}

TEST_F(AmiTls, ACertificateWithoutItsKeyIsAnError) {
  EXPECT_THROW(start({.certificate = authority.issue("127.0.0.1").certificate, .key = authority.issue("x").key}),
               std::runtime_error);
}

}  // namespace
}  // namespace amibroker::sim
