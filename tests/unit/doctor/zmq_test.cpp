// SPDX-License-Identifier: Apache-2.0
//
// A server that is reached through the module res_zmq_manager.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/link/zmq/curve_keys.hpp"
#include "tests/simulator/held_port.hpp"
#include "tests/unit/doctor/doctor_fixture.hpp"

namespace amibroker::doctor {
namespace {

class Zmq : public DoctorTest {
 protected:
  Zmq() {
    options[0].transport = sim::Transport::zmq;
    options.push_back(native());
    options[1].asterisk.system_name = "pbx-b";
  }
  [[nodiscard]] Case at_ports(std::uint16_t command, std::uint16_t event) {
    Case one = make_case();
    auto access = std::make_shared<link::zeromq::ZmqAccess>();
    access->cmd_port = command;
    access->evt_port = event;
    one.server.config.access = std::move(access);
    return one;
  }
};

TEST_F(Zmq, NothingIsWrongWithAServerThatIsRight) {
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_EQ(of("test write").result, Result::ok);
  EXPECT_EQ(patient().history(test_device).back().value, "INVALID");
}

TEST_F(Zmq, TheOriginalModuleIsNeverAskedWhatCrashesAsterisk) {
  options[0].module = sim::Module::original;
  look();
  EXPECT_THAT(wrong(), IsEmpty()) << to_text(findings);
  EXPECT_EQ(patient().counters().crashes, 0U);
}

TEST_F(Zmq, APortAtWhichNothingListens) {
  start();
  sim::HeldPort port;
  ASSERT_TRUE(port.take(0));
  look_at(at_ports(port.port(), patient().event_port()));
  expect_last("port", "its command port cannot be reached", "correct cmd_port and evt_port in [server-1]");
}

TEST_F(Zmq, AServerThatStandsStill) {
  start();
  limits.connect = 300ms;
  boost::asio::io_context io;
  const boost::asio::ip::tcp::endpoint any(boost::asio::ip::make_address("127.0.0.1"), 0);
  boost::asio::ip::tcp::acceptor commands(io, any), events(io, any);  // the kernel accepts, and nobody reads
  look_at(at_ports(commands.local_endpoint().port(), events.local_endpoint().port()));
  expect_last("answers", "no ZeroMQ answers", "systemctl restart asterisk");
}

TEST_F(Zmq, AServerThatGoesOnAcceptingButAnswersNothing) {
  start();
  limits.answers = 300ms;
  patient().silent(true);
  look_at(make_case());
  expect_last("answers", "does not answer a Ping", "systemctl restart asterisk");
}

TEST_F(Zmq, KeysThatAreMissingHere) {
  options[0].curve = sim::CurveOptions{link::zeromq::make_curve_keys().secret_key, {}};
  start();
  look_at(make_case());
  expect_last("encryption", "CURVE", "curve_server_key");
}

TEST_F(Zmq, MissingModules) {
  for (const std::string_view module : modules) options[0].asterisk.missing_modules.emplace(module);
  limits.event = 300ms;
  look();
  for (const std::string_view module : modules)
    expect_wrong("module " + std::string(module), "is not loaded", "module load " + std::string(module) + ".so");
  expect_wrong("test write", "Variable not set", "func_devstate.so");
}

TEST_F(Zmq, OneSystemNameOnBothWires) {
  options[1].asterisk.system_name = "pbx-a";
  look();
  expect_wrong("system name", "[server-2] calls itself 'pbx-a', too", "systemname = server-1");
}

}  // namespace
}  // namespace amibroker::doctor
