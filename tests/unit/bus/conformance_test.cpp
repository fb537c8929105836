// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/conformance.hpp"

#include <chrono>
#include <optional>
#include <thread>

#include "plugins/bus/bus.hpp"
#include "tests/unit/bus/peers.hpp"

namespace amibroker::testing {
namespace {

/// The bus with a reader who wants everything, for without one it asks for no event and publishes none.
class ReadBus final : public Plugin {
 public:
  void start(Host& host) override {
    bus_test::FreePort port;
    auto& fake = static_cast<FakeHost&>(host);
    fake.option_values.set("events", port.endpoint());
    port.release();
    reader_.emplace(zmq::socket_type::sub, port.endpoint());
    reader_->subscribe("");
    bus_.start(host);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!fake.subscribed_to_all && std::chrono::steady_clock::now() < end)
      if (fake.run_posted() == 0) std::this_thread::yield();
  }
  void on_event(ServerId server, const Message& message) override { bus_.on_event(server, message); }
  void on_server_up(ServerId server) override { bus_.on_server_up(server); }
  void on_server_down(ServerId server) override { bus_.on_server_down(server); }
  void on_server_added(ServerId server) override { bus_.on_server_added(server); }
  void on_server_changed(ServerId server) override { bus_.on_server_changed(server); }
  void on_server_retired(ServerId server) override { bus_.on_server_retired(server); }
  void on_events_lost(ServerId server, std::uint64_t count) override { bus_.on_events_lost(server, count); }
  void stop() override { bus_.stop(); }

 private:
  bus::Bus bus_;
  std::optional<bus_test::BusPeer> reader_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Bus, PluginConformance,
                         ::testing::Values(PluginUnderTest{"bus",
                                                           [] { return std::make_unique<ReadBus>(); },
                                                           bus::Bus::options,
                                                           {{"Hangup", {{"Channel", "PJSIP/100-1"}}}}}));

}  // namespace amibroker::testing
