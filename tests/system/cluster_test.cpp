// SPDX-License-Identifier: Apache-2.0
//
// Daemons of several sites that talk over a real nats-server.
#include "tests/engine/nats_server.hpp"
#include "tests/system/control_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ctl::Json;
using engine_test::NatsServer;
using engine_test::wait_until;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// One broker of a site, with the plugin `talks` and a server that is not there.
class Broker {
 public:
  Broker(const TemporaryFolder& folder, const std::string& site, const std::string& cluster)
      : socket_((folder.path() / (site + ".sock")).string()),
        daemon_(AMIBROKER_DAEMON,
                {folder.write(site + ".ini",
                              "[general]\ndevice_state = no\nlog_level = debug\n[servers]\nsections = "
                              "one\n[one]\naddr = 127.0.0.1\ncmd_port = 1\nevt_port = 2\n[plugins]\npath = " +
                                  std::string(AMIBROKER_TALKING_PLUGINS) +
                                  "\ntalks = yes\n[control]\nsocket = " + socket_ + "\n" + cluster)}) {}

  [[nodiscard]] Daemon& daemon() noexcept { return daemon_; }
  [[nodiscard]] bool takes_commands() { return daemon_.says("commands are taken at"); }
  Json command(const std::string& name, const std::string& arguments = "none=0") const {
    return ctl::Client(socket_, 20s)
        .post("/v1/ask", {{"plugin", "talks"}, {"command", name}, {"arguments", arguments}});
  }
  /// What the plugin heard, was answered, or saw of the connection.
  [[nodiscard]] std::vector<std::string> list(const std::string& what) const {
    return command("status").at("answer").at(what).get<std::vector<std::string>>();
  }
  [[nodiscard]] bool is_up() const { return command("status").at("answer").at("up").get<bool>(); }

 private:
  std::string socket_;
  Daemon daemon_;
};

class ClusterSystem : public ::testing::Test {
 protected:
  [[nodiscard]] std::string cluster(const std::string& site, const std::string& more = {}) const {
    return "[cluster]\nurl = nats://127.0.0.1:" + std::to_string(port) + "\nsite = " + site + "\n" + more;
  }
  void run_server() {
    server = std::make_unique<NatsServer>(
        folder.write("nats.conf", "host: 127.0.0.1\nport: " + std::to_string(port) + "\n"), port);
  }
  [[nodiscard]] std::unique_ptr<Broker> broker(const std::string& site, const std::string& more = {}) {
    auto made = std::make_unique<Broker>(folder, site, cluster(site, more));
    EXPECT_TRUE(made->takes_commands()) << made->daemon().output();
    return made;
  }

  TemporaryFolder folder;
  std::uint16_t port = engine_test::free_port();
  std::unique_ptr<NatsServer> server;
};

TEST_F(ClusterSystem, PluginsOfTwoSitesHearAndAskEachOther) {
  run_server();
  const auto berlin = broker("berlin");
  const auto paris = broker("paris");
  for (const auto* const one : {berlin.get(), paris.get()}) ASSERT_TRUE(wait_until(20s, [&] { return one->is_up(); }));
  berlin->command("say", "text=hello");
  EXPECT_TRUE(wait_until(20s, [&] {
    return paris->list("heard") == std::vector<std::string>{"berlin greetings hello"};
  })) << paris->daemon().output();
  EXPECT_TRUE(berlin->list("heard").empty()) << "a broker never hears itself";
  paris->command("ask", "site=berlin&text=there");
  EXPECT_TRUE(wait_until(20s, [&] { return paris->list("answers") == std::vector<std::string>{"berlin heard there"}; }))
      << paris->daemon().output();
  for (const auto& one : {berlin.get(), paris.get()}) EXPECT_EQ(one->daemon().stop(), 0) << one->daemon().output();
}

}  // namespace
}  // namespace amibroker::system_test
