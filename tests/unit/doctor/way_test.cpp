// SPDX-License-Identifier: Apache-2.0
//
// What keeps the broker from coming in, over native AMI.
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "tests/simulator/certificates.hpp"
#include "tests/simulator/held_port.hpp"
#include "tests/unit/doctor/doctor_fixture.hpp"

namespace amibroker::doctor {
namespace {

namespace asio = boost::asio;

/// A session of another program on the patient.
class Session {
 public:
  explicit Session(std::uint16_t port) { socket_.connect({asio::ip::make_address("127.0.0.1"), port}); }
  void log_in() {
    asio::write(socket_, asio::buffer(std::string("Action: Login\r\nUsername: broker\r\nSecret: s3cret\r\n\r\n")));
    std::string text;
    asio::read_until(socket_, asio::dynamic_buffer(text), "Authentication accepted");
  }

 private:
  asio::io_context io_;
  asio::ip::tcp::socket socket_{io_};
};

class Way : public DoctorTest {
 protected:
  /// Those tests that wait for silence need not wait for long.
  void be_impatient() { limits.greeting = limits.probe = limits.connect = 300ms; }
  void make_certificate() {
    const auto made = authority.issue("127.0.0.1");
    options[0].ami.certificate = made.certificate;
    options[0].ami.key = made.key;
  }
  sim::CertificateAuthority authority;
};

TEST_F(Way, NothingIsWrongWithAServerThatIsRight) {
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  std::vector<std::string> checks;
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.result, Result::ok) << to_text(findings);
    checks.emplace_back(finding.check);
  }
  EXPECT_THAT(checks, ::testing::ElementsAre("name", "port", "encryption", "protocol", "login", "answers",
                                             "rights: write", "rights: read", "module func_devstate",
                                             "module func_presencestate", "module res_manager_devicestate",
                                             "module res_manager_presencestate", "test write", "system name", "hints"));
}

TEST_F(Way, ANameThatDoesNotResolve) {
  start();
  Case one = make_case();
  one.server.config.addr = "pbx.invalid";
  look_at(one);
  expect_last("name", "'pbx.invalid' does not resolve", "getent ahosts pbx.invalid");
}

TEST_F(Way, ANameThatIsLookedUpForTooLong) {
  start();
  limits.name = 100ms;
  Case one = make_case();
  one.server.config.addr = "pbx.invalid";
  std::promise<void> never;
  const auto lookup = [end = never.get_future().share()](const std::string&) {
    end.wait();
    return link::Resolver::Found{};
  };
  findings = judge(one, examine(one, limits, {}, lookup));
  never.set_value();
  expect_last("name", "still being looked up", "addr = 192.0.2.11");
}

TEST_F(Way, APortAtWhichNothingListens) {
  start();
  sim::HeldPort port;
  ASSERT_TRUE(port.take(0));
  look_at(with([&](auto& access) { access.port = port.port(); }));
  expect_last("port", "Connection refused", "into [server-1]: port = ");
}

TEST_F(Way, APortThatSpeaksTlsWhenTlsIsNotWanted) {
  make_certificate();
  be_impatient();
  limits.probe = 5s;  // this one is answered
  look();
  expect_last("encryption", "it speaks TLS on port " + std::to_string(patient().ami_port()),
              "tls = yes into [server-1]");
  EXPECT_EQ(patient().logins() + patient().refused_logins(), 0U) << "the doctor must not log in without being asked to";
}

TEST_F(Way, APortThatSpeaksNoTlsWhenTlsIsWanted) {
  start();
  look_at(with([](auto& access) { access.tls = link::native::TlsAccess{}; }));
  expect_last("encryption", "it does not speak TLS on this port", "tls = no");
}

TEST_F(Way, TlsAsConfiguredIsRight) {
  make_certificate();
  start();
  const auto file = std::filesystem::temp_directory_path() / ("doctor-ca-" + std::to_string(::getpid()) + ".pem");
  sim::write_pem(file.string(), authority.certificate());
  look_at(with([&](auto& access) { access.tls = link::native::TlsAccess{.ca_file = file.string()}; }));
  std::filesystem::remove(file);
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_THAT(of("encryption").text, HasSubstr("its certificate is good"));
}

TEST_F(Way, ACertificateThatNobodyTrusts) {
  make_certificate();
  start();
  look_at(with([](auto& access) { access.tls = link::native::TlsAccess{}; }));
  expect_last("encryption", "its certificate is not trusted", "ca_file");
}

TEST_F(Way, SomethingElseOnThePort) {
  start();
  patient().set_banner("220 mail.example.org ESMTP");
  look_at(make_case());
  expect_last("protocol", "it says '220 mail.example.org ESMTP'", "port = 5038");
}

TEST_F(Way, AWrongSecretIsFoundAndNotShown) {
  start();
  look_at(with([](auto& access) { access.secret = "h1dden-text"; }));
  expect_last("login", "Authentication failed", "the secret must be that of [server-1]");
  EXPECT_THAT(findings.back().remedy, HasSubstr("In manager.conf there, [broker]"));
  EXPECT_THAT(to_text(findings), Not(HasSubstr("h1dden-text")));
  EXPECT_THAT(to_text(findings), Not(HasSubstr(options[0].ami.secret)));
}

TEST_F(Way, APermitListWithoutThisMachine) {
  options[0].ami.permits = false;
  look();
  expect_last("login", "This machine comes from 127.0.0.1", "permit = 127.0.0.1/255.255.255.255");
  EXPECT_THAT(findings.back().remedy, HasSubstr("manager reload"));
}

TEST_F(Way, AnAccountThatIsInUse) {
  options[0].ami.allow_multiple_login = false;
  start();
  Session other(patient().ami_port());
  other.log_in();
  look_at(make_case());
  expect_last("login", "another program uses this account", "allowmultiplelogin = yes");
}

TEST_F(Way, AnAccountThatTheBrokerItselfUsesIsNoFault) {
  options[0].ami.allow_multiple_login = false;
  start();
  Session broker(patient().ami_port());
  broker.log_in();
  Case one = make_case();
  one.held = true;
  look_at(one);
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_EQ(of("login").result, Result::unknown);
  EXPECT_THAT(of("login").text, HasSubstr("the broker itself is logged in"));
}

TEST_F(Way, AFullAuthlimit) {
  options[0].ami.authlimit = 1;
  start();
  Session silent(patient().ami_port());  // the kernel hands connections over in their order
  look_at(make_case());
  expect_last("login", "before it said a word", "authlimit = 100");
}

TEST_F(Way, AServerThatStandsStill) {
  start();
  be_impatient();
  patient().freeze(true);
  look_at(make_case());
  expect_last("answers", "Asterisk stands still", "systemctl restart asterisk");
  EXPECT_EQ(of("port").result, Result::ok);
}

TEST_F(Way, AServerThatStandsStillIsFoundWithTlsToo) {
  start();
  be_impatient();
  patient().freeze(true);
  look_at(with([](auto& access) { access.tls = link::native::TlsAccess{}; }));
  expect_last("answers", "Asterisk stands still", "systemctl restart asterisk");
}

TEST_F(Way, AServerThatGreetsAndStandsStill) {
  start();
  limits.login = 300ms;
  patient().silent(true);
  look_at(make_case());
  expect_last("answers", "does not answer the login", "systemctl restart asterisk");
}

TEST_F(Way, AskedToStopItEndsAtOnce) {
  start();
  patient().freeze(true);
  std::stop_source source;
  const Case one = make_case();
  limits.greeting = 1h;
  limits.whole = 1h;
  std::jthread stopper([&] { source.request_stop(); });
  static_cast<void>(examine(one, limits, source.get_token()));
}

}  // namespace
}  // namespace amibroker::doctor
