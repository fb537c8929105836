// SPDX-License-Identifier: Apache-2.0
//
// Daemons of several sites that talk over a real nats-server.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "tests/engine/nats_server.hpp"
#include "tests/simulator/certificates.hpp"
#include "tests/system/control_fixture.hpp"

namespace amibroker::system_test {
namespace {

using ctl::Json;
using engine_test::NatsServer;
using engine_test::wait_until;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

/// One broker of a site, with the plugin `talks` and a server that is not there.
class Broker {
 public:
  /// `name`: of its files.
  Broker(const TemporaryFolder& folder, const std::string& name, const std::string& cluster,
         const std::string& program = AMIBROKER_DAEMON)
      : socket_((folder.path() / (name + ".sock")).string()),
        config_(folder.write(name + ".ini", text(socket_, cluster))),
        daemon_(program, {config_}) {}

  /// Its configuration.
  static std::string text(const std::string& socket, const std::string& cluster) {
    return "[general]\ndevice_state = no\n[servers]\nsections = one\n[one]\naddr = 127.0.0.1\ncmd_port = 1\nevt_port = "
           "2\n[plugins]\npath = " AMIBROKER_TALKING_PLUGINS "\ntalks = yes\n[control]\nsocket = " +
           socket + "\n" + cluster;
  }
  [[nodiscard]] const std::string& config() const noexcept { return config_; }
  [[nodiscard]] const std::string& socket() const noexcept { return socket_; }
  [[nodiscard]] Daemon& daemon() noexcept { return daemon_; }
  [[nodiscard]] bool takes_commands() { return daemon_.says("commands are taken at"); }
  Json command(const std::string& name, const std::string& arguments = "none=0") const {
    return ctl::Client(socket_, 20s)
        .post("/v1/ask", {{"plugin", "talks"}, {"command", name}, {"arguments", arguments}});
  }
  [[nodiscard]] Json status() const { return command("status").at("answer"); }
  /// What the plugin heard, was answered, or saw of the connection.
  [[nodiscard]] std::vector<std::string> list(const std::string& what) const {
    return status().at(what).get<std::vector<std::string>>();
  }
  [[nodiscard]] bool is_up() const { return status().at("up").get<bool>(); }
  [[nodiscard]] bool comes_up() const {
    return wait_until(20s, [this] { return is_up(); });
  }

 private:
  std::string socket_;
  std::string config_;
  Daemon daemon_;
};

class ClusterSystem : public ::testing::Test {
 protected:
  [[nodiscard]] std::string cluster(const std::string& site, const std::string& more = {}) const {
    return "[cluster]\nurl = nats://127.0.0.1:" + std::to_string(port) + "\nsite = " + site + "\n" + more;
  }
  void run_server(const std::string& config = "host: 127.0.0.1\nport: PORT\n") {
    const auto file = folder.write("nats.conf", std::regex_replace(config, std::regex("PORT"), std::to_string(port)));
    server = std::make_unique<NatsServer>(file, port);
  }
  [[nodiscard]] std::unique_ptr<Broker> broker(const std::string& name, const std::string& section) {
    auto made = std::make_unique<Broker>(folder, name, section);
    EXPECT_TRUE(made->takes_commands()) << made->daemon().output();
    return made;
  }
  [[nodiscard]] std::unique_ptr<Broker> broker(const std::string& site) { return broker(site, cluster(site)); }

  TemporaryFolder folder;
  std::uint16_t port = engine_test::free_port();
  std::unique_ptr<NatsServer> server;
};

TEST_F(ClusterSystem, PluginsOfTwoSitesHearAndAskEachOther) {
  run_server();
  const auto berlin = broker("berlin");
  const auto paris = broker("paris");
  for (const auto* const one : {berlin.get(), paris.get()}) ASSERT_TRUE(one->comes_up()) << "it is up";
  berlin->command("say", "text=hello");
  EXPECT_TRUE(wait_until(20s, [&] {
    return paris->list("heard") == std::vector<std::string>{"berlin greetings hello"};
  })) << paris->daemon().output();
  EXPECT_TRUE(berlin->list("heard").empty()) << "a broker never hears itself";
  paris->command("ask", "site=berlin&text=there");
  EXPECT_TRUE(wait_until(20s, [&] { return paris->list("answers") == std::vector<std::string>{"berlin heard there"}; }))
      << paris->daemon().output();
  paris->daemon().signal(SIGUSR1);
  EXPECT_TRUE(paris->daemon().says("the bus is connected to nats://127.0.0.1")) << paris->daemon().output();
  EXPECT_EQ(berlin->daemon().stop(), 0) << berlin->daemon().output();
  EXPECT_EQ(paris->daemon().stop(), 0) << paris->daemon().output();
}

TEST_F(ClusterSystem, WithoutAnEngineTheBrokerRunsSaysSoOnceAndIsConnectedWhenThereIsOne) {
  const auto berlin = broker("berlin");
  EXPECT_TRUE(berlin->daemon().says("the bus of site berlin is not connected: nats://127.0.0.1"))
      << berlin->daemon().output();
  EXPECT_EQ(berlin->command("say", "text=hello").at("answer"), false);
  run_server();
  ASSERT_TRUE(berlin->comes_up()) << berlin->daemon().output();
  EXPECT_TRUE(berlin->daemon().says("the bus of site berlin is connected to nats://127.0.0.1"));
  EXPECT_EQ(count(berlin->daemon().output(), "is not connected"), 1U) << berlin->daemon().output();
  server->kill();
  EXPECT_TRUE(berlin->daemon().says("the bus of site berlin has lost its connection to nats://127.0.0.1"));
  ASSERT_TRUE(wait_until(20s, [&] { return !berlin->is_up(); }));
  server->start();
  ASSERT_TRUE(berlin->comes_up()) << berlin->daemon().output();
  EXPECT_EQ(berlin->list("changes"), (std::vector<std::string>{"up", "down", "up"}));
  server->freeze();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(berlin->daemon().stop(), 0) << berlin->daemon().output();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s) << "the daemon's own limit is 5 s";
}

TEST_F(ClusterSystem, WithoutTheSectionThereIsNoBus) {
  const auto alone = broker("alone", "");
  EXPECT_EQ(alone->status(), nullptr);
  EXPECT_EQ(alone->daemon().output().find("the bus"), std::string::npos);
  EXPECT_EQ(alone->daemon().stop(), 0);
}

TEST_F(ClusterSystem, AChangedSectionNeedsARestartAndSaysSo) {
  run_server();
  const auto berlin = broker("berlin");
  ASSERT_TRUE(berlin->comes_up());
  folder.write("berlin.ini", Broker::text(berlin->socket(), cluster("bonn")));
  berlin->daemon().signal(SIGHUP);
  EXPECT_TRUE(berlin->daemon().says("[cluster] is different: that takes effect at the next start"));
  EXPECT_TRUE(berlin->daemon().says("was read again: 1 change"));
  berlin->daemon().signal(SIGHUP);
  EXPECT_TRUE(berlin->daemon().says("was read again: 1 change", 20s, 2)) << "it still is";
  EXPECT_TRUE(berlin->is_up());
  EXPECT_EQ(berlin->daemon().stop(), 0);
}

TEST_F(ClusterSystem, APluginApartHasNoBusAndOneWarningNamesIt) {
  run_server();
  const auto berlin = broker("berlin", cluster("berlin") + "[plugin talks]\nisolate = yes\n");
  EXPECT_TRUE(wait_until(20s, [&] {
    try {
      return berlin->status() == nullptr;
    } catch (const ctl::Refused&) {
      return false;  // its process is not there yet
    }
  })) << berlin->daemon().output();
  EXPECT_EQ(count(berlin->daemon().output(), "plugin talks: isolate = yes keeps it from the bus"), 1U);
  EXPECT_EQ(berlin->daemon().stop(), 0);
}

TEST_F(ClusterSystem, WithoutTheLibraryADaemonWithTheSectionDoesNotStartAndSaysWhatIsMissing) {
  // Its engines lie beside its binary.
  std::filesystem::create_directory(folder.path() / "bin");
  const auto copy = folder.path() / "bin" / "zmq-ami-broker";
  std::filesystem::copy_file(AMIBROKER_DAEMON, copy);
  const auto library = (folder.path() / "lib/zmq-ami-broker/buses/nats.so").string();
  Broker without(folder, "without", cluster("berlin"), copy.string());
  EXPECT_EQ(without.daemon().exit_code(), 78) << without.daemon().output();
  const std::string line = ": [cluster] needs the library of its engine, and there is no " + library +
                           ": install the package zmq-ami-broker-nats";
  EXPECT_EQ(count(without.daemon().output(), line), 1U) << without.daemon().output();
  Daemon check(copy.string(), {"--check-config", without.config()});
  EXPECT_EQ(check.exit_code(), 78);
  EXPECT_EQ(count(check.output(), line), 1U) << check.output();
  Daemon right(AMIBROKER_DAEMON, {"--check-config", without.config()});
  EXPECT_EQ(right.exit_code(), 0) << right.output();
}

/// The blocks of docs/cluster.md that begin with this.
std::vector<std::string> blocks_of_the_page(const std::string& begin) {
  const std::string page = read_file(AMIBROKER_CLUSTER_PAGE);
  std::vector<std::string> blocks;
  const std::string text = "\n\n    " + begin;
  for (auto at = page.find(text); at != page.npos; at = page.find(text, at + 1))
    blocks.push_back(page.substr(at + 2, page.find("\n\n", at + 2) - at - 2) + "\n");
  return blocks;
}

/// The servers' configuration of docs/cluster.md, with files and the port of the test.
class ClusterRights : public ClusterSystem {
 protected:
  void SetUp() override {
    const auto blocks = blocks_of_the_page("# /etc/nats-server.conf\n");
    ASSERT_EQ(blocks.size(), 1U);
    std::string config = blocks.front();
    config = std::regex_replace(config, std::regex("/etc/nats/"), folder.path().string() + "/");
    config = std::regex_replace(config, std::regex("port: 4222"), "host: 127.0.0.1\nport: PORT");
    write_certificates();
    run_server(config);
  }
  void write_certificates() {
    const auto write = [&](const std::string& name, const sim::CertificateText& made) {
      folder.write(name + ".pem", made.certificate);
      sim::write_pem((folder.path() / (name + ".key")).string(), made.key);
    };
    folder.write("ca.pem", authority.certificate());
    write("hub-1", authority.issue("localhost"));
    write("broker", authority.issue("broker"));
    write("stranger", sim::CertificateAuthority("Another CA").issue("broker"));
  }
  /// `account`: whose it is, as the page names it.
  [[nodiscard]] std::string section(const std::string& site, const std::string& account,
                                    const std::string& certificate = "broker") const {
    sim::write_pem((folder.path() / (account + ".secret")).string(), account + ":password of " + account + "\n");
    return "[cluster]\nurl = tls://localhost:" + std::to_string(port) + "\nsite = " + site +
           "\ntls_ca = ca.pem\ntls_cert = " + certificate + ".pem\ntls_key = " + certificate +
           ".key\ncredentials_file = " + account + ".secret\n";
  }
  const sim::CertificateAuthority authority;
};

TEST_F(ClusterRights, EachSiteSpeaksForItselfAloneAndIsToldSo) {
  const auto berlin = broker("berlin", section("berlin", "berlin"));
  const auto paris = broker("paris", section("paris", "paris"));
  const auto impostor = broker("impostor", section("paris", "berlin"));
  for (const auto* const one : {berlin.get(), paris.get(), impostor.get()}) ASSERT_TRUE(one->comes_up()) << "it is up";
  for (int i = 0; i < 3; ++i) impostor->command("say", "text=lies");
  const std::string line =
      "the engine refuses something: Permissions Violation for Publish to "
      "\"amib.1.say.paris.talks.greetings\"";
  EXPECT_TRUE(impostor->daemon().says(line)) << impostor->daemon().output() << server->log();
  EXPECT_TRUE(impostor->daemon().says("Permissions Violation for Subscription to \"amib.1.ask.paris.talks.echo\""));
  // Whatever it says comes before the end of this.
  paris->command("say", "text=truth");
  ASSERT_TRUE(wait_until(20s, [&] { return !berlin->list("heard").empty(); })) << berlin->daemon().output();
  EXPECT_EQ(berlin->list("heard"), std::vector<std::string>{"paris greetings truth"});
  EXPECT_EQ(count(impostor->daemon().output(), line), 1U) << "once, however often it tries";
  berlin->command("ask", "site=paris&text=you");
  paris->command("ask", "site=berlin&text=you");
  EXPECT_TRUE(wait_until(20s, [&] {
    return berlin->list("answers") == std::vector<std::string>{"paris heard you"} &&
           paris->list("answers") == std::vector<std::string>{"berlin heard you"};
  })) << berlin->daemon().output();
  EXPECT_EQ(count(berlin->daemon().output() + paris->daemon().output(), "refuses"), 0U) << berlin->daemon().output();
}

TEST_F(ClusterRights, NatsTakesEachConfigurationOfThePage) {
  const std::string hub = blocks_of_the_page("# /etc/nats-server.conf\n").at(0) +
                          blocks_of_the_page("server_name: ").at(0) + blocks_of_the_page("leafnodes {").at(0);
  for (std::string text : {hub, blocks_of_the_page("# /etc/nats-server.conf of a site").at(0)}) {
    text = std::regex_replace(text, std::regex("/etc/nats/(hub-1|ca|berlin)"), folder.path().string() + "/hub-1");
    Daemon check(AMIBROKER_NATS_SERVER, {"-t", "-c", folder.write("tried.conf", text)});
    EXPECT_EQ(check.exit_code(), 0) << check.output();
  }
}

TEST_F(ClusterRights, AWrongPasswordAndAStrangersCertificateAreNamedAndTheBrokerRunsOn) {
  const auto rome = broker("rome", section("rome", "rome"));
  EXPECT_TRUE(rome->daemon().says("Authorization Violation")) << rome->daemon().output();
  EXPECT_EQ(count(rome->daemon().output(), "password of rome"), 0U);
  const auto stranger = broker("stranger", section("berlin", "berlin", "stranger"));
  EXPECT_TRUE(stranger->daemon().says("the bus of site berlin is not connected")) << stranger->daemon().output();
  EXPECT_FALSE(stranger->is_up());
  EXPECT_EQ(stranger->daemon().stop(), 0);
  EXPECT_EQ(rome->daemon().stop(), 0);
}

}  // namespace
}  // namespace amibroker::system_test
