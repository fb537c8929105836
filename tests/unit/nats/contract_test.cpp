// SPDX-License-Identifier: Apache-2.0
//
// The bus over a real server of NATS.
#include <map>

#include "tests/engine/tcp_proxy.hpp"
#include "tests/unit/cluster_bus/bus_contract.hpp"
#include "tests/unit/host/temp_folder.hpp"
#include "tests/unit/nats/nats_world.hpp"

namespace amibroker::cluster_test {
namespace {

using engine_test::NatsServer;
using engine_test::TcpProxy;

class NatsWorld final : public BusWorld {
 public:
  Bus& add(std::string_view site) override {
    auto& way = ways_.emplace_back(std::make_unique<TcpProxy>(server_.port()));
    TestBroker& made =
        brokers_.emplace_back(loop_, settings_of(site, {way->port()}), nats_engine(), cluster::Cluster::Limits{});
    way_of_[&*made.bus] = way.get();
    EXPECT_TRUE(until([&] { return made.bus->is_up(); }));
    return *made.bus;
  }
  bool until(const std::function<bool()>& is_so) override { return run_until(loop_, is_so); }
  void cut(Bus& bus) override { way_of_.at(&bus)->cut(); }
  void mend(Bus& bus) override { way_of_.at(&bus)->mend(); }

 private:
  host::TempFolder folder_;
  std::uint16_t port_ = engine_test::free_port();
  NatsServer server_{folder_.write("nats.conf", "host: 127.0.0.1\nport: " + std::to_string(port_) + "\n"), port_};
  base::EventLoop loop_;
  std::vector<std::unique_ptr<TcpProxy>> ways_;
  std::map<Bus*, TcpProxy*> way_of_;
  std::list<TestBroker> brokers_;
};

std::unique_ptr<BusWorld> nats_world() { return std::make_unique<NatsWorld>(); }

INSTANTIATE_TEST_SUITE_P(Nats, BusContract, ::testing::Values(&nats_world));

}  // namespace
}  // namespace amibroker::cluster_test
