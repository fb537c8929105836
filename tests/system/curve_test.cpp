// SPDX-License-Identifier: Apache-2.0
//
// CURVE: who has the right keys works, who has not reads nothing and does nothing, and the log says why.
#include <algorithm>
#include <cstring>
#include <zmq.hpp>

#include "tests/system/system_fixture.hpp"

namespace amibroker::system_test {
namespace {

using sim::DeviceState;
using ::testing::HasSubstr;

struct Keys {
  std::string public_key;
  std::string secret_key;
};

Keys make_keys() {
  char public_key[41];
  char secret_key[41];
  if (zmq_curve_keypair(public_key, secret_key) != 0) throw zmq::error_t();
  return {public_key, secret_key};
}

const Keys server_keys = make_keys();
const Keys broker_keys = make_keys();
const Keys other_keys = make_keys();

/// A plain ZeroMQ client of one port, and what becomes of its connection.
class RawPeer {
 public:
  /// `server_key`: nothing connects without CURVE.
  RawPeer(zmq::socket_type type, std::uint16_t port, const Keys* keys, const std::string& server_key)
      : socket_(context_, type), monitor_(context_, zmq::socket_type::pair) {
    socket_.set(zmq::sockopt::linger, 0);
    if (type == zmq::socket_type::sub) socket_.set(zmq::sockopt::subscribe, "");
    if (keys != nullptr) {
      socket_.set(zmq::sockopt::curve_serverkey, server_key);
      socket_.set(zmq::sockopt::curve_publickey, keys->public_key);
      socket_.set(zmq::sockopt::curve_secretkey, keys->secret_key);
    }
    if (zmq_socket_monitor(socket_.handle(), "inproc://peer", ZMQ_EVENT_ALL) != 0) throw zmq::error_t();
    monitor_.connect("inproc://peer");
    monitor_.set(zmq::sockopt::rcvtimeo, 20'000);
    socket_.connect("tcp://127.0.0.1:" + std::to_string(port));
  }
  ~RawPeer() { zmq_socket_monitor(socket_.handle(), nullptr, 0); }

  /// Waits until the connection is made (true) or refused (false).
  [[nodiscard]] bool comes_in() {
    zmq::message_t frame;
    for (;;) {
      if (!monitor_.recv(frame)) return false;
      std::uint16_t event = 0;
      std::memcpy(&event, frame.data(), sizeof event);
      static_cast<void>(monitor_.recv(frame));
      if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) return true;
      if ((event & (ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED)) != 0)
        return false;
    }
  }
  void send(const std::string& text) { socket_.send(zmq::buffer(text), zmq::send_flags::none); }
  /// What has come by now.
  [[nodiscard]] std::string received() {
    zmq::message_t frame;
    return socket_.recv(frame, zmq::recv_flags::dontwait) ? frame.to_string() : std::string();
  }
  /// What comes, at most within 20 s.
  [[nodiscard]] std::string next() {
    socket_.set(zmq::sockopt::rcvtimeo, 20'000);
    zmq::message_t frame;
    return socket_.recv(frame) ? frame.to_string() : std::string();
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
  zmq::socket_t monitor_;
};

class Curve : public System {
 protected:
  /// Two servers with CURVE that know the broker, and a third one.
  void make_servers(const std::optional<sim::CurveOptions>& third) {
    const sim::CurveOptions right{server_keys.secret_key, {broker_keys.public_key}};
    fleet = std::make_unique<sim::Fleet>(
        std::vector<sim::ServerOptions>{{.asterisk = {.system_name = "a1"}, .curve = right},
                                        {.asterisk = {.system_name = "a2"}, .curve = right},
                                        {.asterisk = {.system_name = "a3"}, .curve = third}});
  }
  /// `third_key`: what the broker takes for the key of the third server; empty: it has no keys for it.
  [[nodiscard]] std::string config_with_keys(const std::string& third_key) const {
    const auto secret = folder.write("broker.secret", broker_keys.secret_key + "\n");
    std::filesystem::permissions(secret, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::string text = config();
    const std::string keys[] = {server_keys.public_key, server_keys.public_key, third_key};
    for (std::size_t i = 0; i < std::size(keys); ++i) {
      if (keys[i].empty()) continue;
      const std::string head = "[server-" + std::to_string(i) + "]\n";
      text.insert(text.find(head) + head.size(),
                  "curve_server_key = " + keys[i] + "\ncurve_secret_file = broker.secret\n");
    }
    return text;
  }
  [[nodiscard]] bool is_up(std::size_t server) {
    return daemon->says("'Console " + std::to_string(server) + "' [server-" + std::to_string(server) + "] is up");
  }
};

TEST_F(Curve, RightKeysMakeTheFleetWork) {
  make_servers(sim::CurveOptions{other_keys.secret_key, {broker_keys.public_key}});
  start(config_with_keys(other_keys.public_key));
  connect();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/100", 0); }));
  EXPECT_THAT(daemon->output(), Not(HasSubstr("warning")));
  (*fleet)[1].restart();
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].lamp("PJSIP/100") == DeviceState::inuse; }));
}

struct WrongKeys {
  const char* name;
  std::optional<sim::CurveOptions> third;
  std::string third_key;
  std::vector<std::string> reasons;  ///< one of them; which one depends on which side sees the other first
};

void PrintTo(const WrongKeys& wrong, std::ostream* out) { *out << wrong.name; }

class CurveRefusals : public Curve, public ::testing::WithParamInterface<WrongKeys> {};

TEST_P(CurveRefusals, AreOneClearLineAndDisturbNobodyElse) {
  make_servers(GetParam().third);
  start(config_with_keys(GetParam().third_key));
  ASSERT_TRUE(is_up(0) && is_up(1)) << daemon->output();
  const std::string line = "'Console 2' [server-2] is down: its ";
  ASSERT_TRUE(daemon->says(line)) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  EXPECT_TRUE(eventually([&] { return (*fleet)[1].lamp("PJSIP/100") == DeviceState::inuse; }));
  EXPECT_FALSE(daemon->says(line, 1s, 2)) << "several attempts were made by now: " << daemon->output();
  const auto is_said = [this](const std::string& reason) { return daemon->says(reason, 0ms); };
  EXPECT_TRUE(std::any_of(GetParam().reasons.begin(), GetParam().reasons.end(), is_said)) << daemon->output();
  EXPECT_THAT(daemon->output(), Not(HasSubstr("[server-2] is up")));
  EXPECT_TRUE((*fleet)[2].counters().actions.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Keys, CurveRefusals,
    ::testing::Values(
        WrongKeys{"key_not_listed",
                  sim::CurveOptions{server_keys.secret_key, {other_keys.public_key}},
                  server_keys.public_key,
                  {"port refused the broker's key (127.0.0.1 command port "}},
        WrongKeys{"wrong_server_key",
                  sim::CurveOptions{server_keys.secret_key, {broker_keys.public_key}},
                  other_keys.public_key,
                  {"port ended the CURVE handshake (127.0.0.1 command port "}},
        WrongKeys{"no_keys_towards_a_curve_server",
                  sim::CurveOptions{server_keys.secret_key, {broker_keys.public_key}},
                  {},
                  {"port demands CURVE (127.0.0.1 command port ", "port ended the handshake: it demands CURVE, "}},
        WrongKeys{"keys_towards_a_plain_server",
                  {},
                  server_keys.public_key,
                  {"port speaks no CURVE (127.0.0.1 command port ", "port ended the CURVE handshake (127.0.0.1 "}}),
    [](const auto& info) { return info.param.name; });

TEST_F(Curve, AKeyThatTheServerDoesNotListIsNamedSoThatItCanBeListed) {
  make_servers(sim::CurveOptions{server_keys.secret_key, {}});
  start(config_with_keys(server_keys.public_key));
  EXPECT_TRUE(daemon->says("Add the line " + broker_keys.public_key + " to its curve_clients_file"))
      << daemon->output();
  EXPECT_THAT(daemon->output(), Not(HasSubstr(broker_keys.secret_key)));
}

struct Intruder {
  const char* name;
  const Keys* keys;
  std::string server_key;
};

void PrintTo(const Intruder& intruder, std::ostream* out) { *out << intruder.name; }

class CurveIntruders : public Curve, public ::testing::WithParamInterface<Intruder> {};

TEST_P(CurveIntruders, ReadNoEventAndGetNothingDone) {
  make_servers(std::nullopt);
  const sim::Server& server = (*fleet)[0];
  RawPeer reader(zmq::socket_type::sub, server.event_port(), GetParam().keys, GetParam().server_key);
  RawPeer writer(zmq::socket_type::req, server.command_port(), GetParam().keys, GetParam().server_key);
  writer.send(R"x({"Action":"Setvar","Variable":"DEVICE_STATE(Custom:evil)","Value":"INUSE"})x");
  EXPECT_FALSE(reader.comes_in());
  EXPECT_FALSE(writer.comes_in());
  start(config_with_keys({}));
  ASSERT_TRUE(is_up(0) && is_up(1)) << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/100", DeviceState::inuse);
  (*fleet)[1].set_device_state("PJSIP/200", DeviceState::inuse);
  ASSERT_TRUE(eventually([&] {
    return (*fleet)[1].lamp("PJSIP/100") == DeviceState::inuse && (*fleet)[0].lamp("PJSIP/200") == DeviceState::inuse;
  })) << "the broker, which has the right keys, reads events and has actions done";
  EXPECT_EQ(reader.received(), "");
  EXPECT_EQ(writer.received(), "");
  EXPECT_TRUE(server.history("Custom:evil").empty());
}

INSTANTIATE_TEST_SUITE_P(Peers, CurveIntruders,
                         ::testing::Values(Intruder{"without_keys", nullptr, {}},
                                           Intruder{"with_a_key_that_is_not_listed", &other_keys,
                                                    server_keys.public_key},
                                           Intruder{"with_a_wrong_server_key", &broker_keys, other_keys.public_key}),
                         [](const auto& info) { return info.param.name; });

TEST_F(Curve, APeerWithTheRightKeysReadsAndActs) {
  make_servers(std::nullopt);
  sim::Server& server = (*fleet)[0];
  RawPeer reader(zmq::socket_type::sub, server.event_port(), &broker_keys, server_keys.public_key);
  RawPeer writer(zmq::socket_type::req, server.command_port(), &broker_keys, server_keys.public_key);
  ASSERT_TRUE(reader.comes_in());
  ASSERT_TRUE(eventually([&] {
    server.publish({{"Event", "Test"}});
    return !reader.received().empty();
  }));
  writer.send(R"({"Action":"Ping","ActionID":"1"})");
  EXPECT_THAT(writer.next(), HasSubstr("Success"));
}

}  // namespace
}  // namespace amibroker::system_test
