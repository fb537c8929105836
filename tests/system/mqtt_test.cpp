// SPDX-License-Identifier: Apache-2.0
//
// The example plugin mqtt with a real Mosquitto: what is retained is right, whatever becomes of the MQTT broker.
#include <fcntl.h>
#include <mosquitto.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/simulator/certificates.hpp"
#include "tests/system/system_fixture.hpp"
#include "tests/unit/bus/peers.hpp"

namespace amibroker::system_test {
namespace {

using bus_test::FreePort;
using sim::DeviceState;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using Retained = std::map<std::string, std::string>;

/// A process of Mosquitto that keeps nothing on disk.
class Mosquitto {
 public:
  Mosquitto(const TemporaryFolder& folder, const std::string& options)
      : config_(folder.write("mosquitto.conf", options)) {
    start();
  }
  ~Mosquitto() { kill(); }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  void start() {
    std::string program = AMIBROKER_MOSQUITTO;
    std::string flag = "-c";
    char* const arguments[] = {program.data(), flag.data(), config_.data(), nullptr};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    const int fault = posix_spawn(&process_, program.c_str(), &quiet, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (fault != 0) throw std::runtime_error("mosquitto does not start");
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(std::exchange(process_, -1), nullptr, 0);
  }
  void signal(int number) const { ::kill(process_, number); }

 private:
  std::string config_;
  pid_t process_ = -1;
};

/// What a new subscriber is told at once: the retained messages. Empty if there is no connection.
Retained retained(int port) {
  Retained all;
  const std::unique_ptr<mosquitto, void (*)(mosquitto*)> client(mosquitto_new(nullptr, true, &all), mosquitto_destroy);
  mosquitto_message_callback_set(client.get(), [](mosquitto*, void* to, const mosquitto_message* message) {
    if (message->retain)
      (*static_cast<Retained*>(to))[message->topic].assign(static_cast<const char*>(message->payload),
                                                           static_cast<std::size_t>(message->payloadlen));
  });
  // The messages come in order, so the answer to a message of our own is the end of the retained ones.
  static constexpr const char* end = "end/of/test";
  mosquitto_publish_callback_set(client.get(), [](mosquitto* self, void*, int) { mosquitto_disconnect(self); });
  mosquitto_subscribe_callback_set(client.get(), [](mosquitto* self, void*, int, int, const int*) {
    mosquitto_publish(self, nullptr, end, 0, nullptr, 1, false);
  });
  mosquitto_connect_callback_set(client.get(), [](mosquitto* self, void*, int code) {
    if (code == 0) mosquitto_subscribe(self, nullptr, "amibroker/#", 0);
  });
  if (mosquitto_connect(client.get(), "127.0.0.1", port, 5) != MOSQ_ERR_SUCCESS) return {};
  return mosquitto_loop_forever(client.get(), 1000, 1) == MOSQ_ERR_SUCCESS ? all : Retained();
}

class MqttExample : public System {
 protected:
  void SetUp() override { mosquitto_lib_init(); }

  /// `user root`: so that it still reads the test's files if the test runs as root.
  void run_mosquitto(const std::string& options = "allow_anonymous true\n") {
    port.release();
    broker = std::make_unique<Mosquitto>(folder, "user root\nlistener " + number() + " 127.0.0.1\n" + options);
  }
  void start_broker(const std::string& options = {}) {
    start_and_connect("", std::string("[plugins]\npath = ") + AMIBROKER_EXAMPLE_PLUGINS +
                              "\nmqtt = yes\n[plugin mqtt]\nhost = 127.0.0.1\nport = " + number() + "\n" + options);
  }
  [[nodiscard]] std::string number() const {
    const std::string endpoint = port.endpoint();
    return endpoint.substr(endpoint.rfind(':') + 1);
  }
  /// Each phone of each server is retained with its state, and nothing else but what the plugin says of itself.
  bool all_are_right() {
    Retained expected{{"amibroker/broker", "online"}};
    for (const sim::Server& server : fleet->servers()) {
      const std::string begin = "amibroker/server-" + std::to_string(server.index());
      expected[begin + "/status"] = server.is_alive() ? "online" : "offline";
      for (int i = 0; i < phones; ++i)
        expected[begin + "/device/PJSIP%2F" + std::to_string(i)] =
            to_string(server.device_state("PJSIP/" + std::to_string(i)));
    }
    Retained last;
    const auto is_right = [&] {
      last = retained(std::stoi(number()));
      // An Asterisk that restarts makes Custom:7 of the Custom:PJSIP/7 that the broker wrote there.
      std::erase_if(last, [](const auto& one) {
        return one.first.find("/device/Custom:") != std::string::npos && one.first.find("%2F") == std::string::npos;
      });
      return last == expected;
    };
    if (eventually(is_right)) return true;
    for (const auto& one : expected)
      if (last[one.first] != one.second)
        std::fprintf(stderr, "%s is %s, not %s\n", one.first.c_str(), last[one.first].c_str(), one.second.c_str());
    for (const auto& one : last)
      if (!expected.contains(one.first)) std::fprintf(stderr, "%s\n", one.first.c_str());
    return false;
  }
  void change_all(DeviceState state) {
    for (sim::Server& server : fleet->servers())
      if (server.is_alive())
        for (int i = 0; i < phones; ++i) server.set_device_state("PJSIP/" + std::to_string(i), state);
  }

  static constexpr int phones = 200;
  FreePort port;
  std::unique_ptr<Mosquitto> broker;
};

TEST_F(MqttExample, AllStatesAreRetainedBeforeAndAfterAChangeAndAServersDeath) {
  sim::ServerOptions native;
  native.transport = sim::Transport::ami;
  make_fleet({native, {}});
  change_all(DeviceState::inuse);
  run_mosquitto();
  start_broker();
  EXPECT_TRUE(all_are_right()) << daemon->output();
  change_all(DeviceState::ringing);
  (*fleet)[0].set_device_state("PJSIP/7", DeviceState::busy);
  EXPECT_TRUE(all_are_right()) << daemon->output();
  (*fleet)[1].kill();
  EXPECT_TRUE(all_are_right()) << daemon->output();
  (*fleet)[1].restart();
  EXPECT_TRUE(eventually([&] {
    return !retained(std::stoi(number())).contains("amibroker/server-1/device/PJSIP%2F0");
  })) << "it has forgotten its phones";
  change_all(DeviceState::inuse);
  EXPECT_TRUE(all_are_right()) << daemon->output();
  EXPECT_EQ(daemon->stop(), 0);
  daemon.reset();
  EXPECT_THAT(retained(std::stoi(number())), Contains(Pair("amibroker/broker", "offline")));
}

TEST_F(MqttExample, ADeadMosquittoThatComesBackEmptyHasAllAgain) {
  make_fleet(2);
  change_all(DeviceState::not_inuse);
  run_mosquitto();
  start_broker();
  ASSERT_TRUE(all_are_right()) << daemon->output();
  for (int round = 0; round < 3; ++round) {
    change_all(round % 2 == 0 ? DeviceState::ringing : DeviceState::busy);  // on its way while it dies
    broker->kill();
    change_all(DeviceState::inuse);
    broker->start();
    change_all(round % 2 == 0 ? DeviceState::onhold : DeviceState::ringinuse);
    EXPECT_TRUE(all_are_right()) << daemon->output();
  }
}

TEST_F(MqttExample, AFrozenMosquittoCostsNoLampAndNoMemoryAndHoldsUpNoEnd) {
  make_fleet(2);
  change_all(DeviceState::not_inuse);
  run_mosquitto();
  start_broker();
  ASSERT_TRUE(all_are_right()) << daemon->output();
  broker->signal(SIGSTOP);
  const auto flood = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      change_all(round % 2 == 0 ? DeviceState::ringing : DeviceState::inuse);
      ASSERT_TRUE(eventually([&] { return all_show("PJSIP/" + std::to_string(phones - 1), 0); })) << daemon->output();
    }
  };
  flood(20);  // what the daemon needs in any case
  [[maybe_unused]] const std::size_t before = daemon->resident_kib();
  flood(100);
#ifndef __SANITIZE_ADDRESS__  // which keeps what is freed for a while
  EXPECT_LT(daemon->resident_kib(), before + 8 * 1024) << daemon->output();
#endif
  broker->signal(SIGCONT);
  EXPECT_TRUE(all_are_right()) << daemon->output();
  broker->signal(SIGSTOP);
  flood(2);
  const auto begin = sim::Clock::now();
  EXPECT_EQ(daemon->stop(), 0);
  EXPECT_LT(sim::Clock::now() - begin, 4s) << "the daemon's own limit is 5 s";
  broker->signal(SIGCONT);
  daemon.reset();
}

TEST_F(MqttExample, AWrongPasswordIsSaidAndTheDaemonGoesOn) {
  make_fleet(2);
  run_mosquitto("allow_anonymous false\npassword_file " + folder.write("accounts", "") + "\n");
  folder.write("mqtt.password", "guess\n");
  std::filesystem::permissions(folder.path() / "mqtt.password", std::filesystem::perms::owner_read);
  start_broker("username = anna\npassword_file = mqtt.password\n");
  EXPECT_TRUE(daemon->says("cannot connect: 127.0.0.1 port " + number() + ": Connection Refused: not authorised."))
      << daemon->output();
  (*fleet)[0].set_device_state("PJSIP/1", DeviceState::ringing);
  EXPECT_TRUE(eventually([&] { return all_show("PJSIP/1", 0); })) << daemon->output();
  EXPECT_THAT(daemon->output(), ::testing::Not(HasSubstr("guess")));
}

TEST_F(MqttExample, WithTlsOnlyABrokerOfTheAuthorityIsTrusted) {
  make_fleet(1);
  change_all(DeviceState::inuse);
  const sim::CertificateAuthority authority;
  const sim::CertificateAuthority stranger("Another CA");
  const auto own = authority.issue("127.0.0.1");
  run_mosquitto("certfile " + folder.write("cert.pem", own.certificate) + "\nkeyfile " +
                folder.write("key.pem", own.key) + "\nallow_anonymous true\n");
  start_broker("tls_ca = " + folder.write("other.pem", stranger.certificate()) + "\n");
  EXPECT_TRUE(daemon->says("certificate verify failed")) << daemon->output();
  EXPECT_EQ(daemon->stop(), 0);
  start_broker("tls_ca = " + folder.write("ca.pem", authority.certificate()) + "\n");
  EXPECT_TRUE(daemon->says("connected to the MQTT broker at 127.0.0.1")) << daemon->output();
}

TEST_F(MqttExample, AMistakeInTheOptionsIsNamedWithItsLine) {
  make_fleet(1);
  start(config("", std::string("[plugins]\npath = ") + AMIBROKER_EXAMPLE_PLUGINS +
                       "\nmqtt = yes\n[plugin mqtt]\nprefx = a\nqos = 3\n"));
  EXPECT_EQ(daemon->exit_code(), 78) << daemon->output();
  EXPECT_THAT(daemon->output(), HasSubstr("prefix")) << "the nearest key";
  EXPECT_THAT(daemon->output(), HasSubstr("qos"));
  daemon.reset();
}

}  // namespace
}  // namespace amibroker::system_test
