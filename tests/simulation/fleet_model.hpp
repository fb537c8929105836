// SPDX-License-Identifier: Apache-2.0
//
// All servers of a run, the brokers that join them, and a cable between each of both.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "tests/simulation/cable.hpp"
#include "tests/simulation/model_server.hpp"
#include "tests/simulation/virtual_host.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

class FleetModel {
 public:
  explicit FleetModel(World& world);

  [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
  [[nodiscard]] ModelServer& server(std::size_t id) noexcept { return *servers_[id]; }
  [[nodiscard]] Cable& cable(std::size_t id, std::size_t broker = 0) noexcept { return *brokers_[broker].cables[id]; }
  [[nodiscard]] std::size_t brokers() const noexcept { return brokers_.size(); }
  /// Whether some broker is connected to this server.
  [[nodiscard]] bool connected(std::size_t id) const noexcept;
  /// Until when messages to or from this server are under way.
  [[nodiscard]] Time busy_until(std::size_t id) const noexcept;
  /// Does something to all cables of this server.
  template <typename Change>
  void change_cables(std::size_t id, Change&& change) {
    for (Broker& broker : brokers_) change(*broker.cables[id]);
  }

  /// With the servers that are in the configuration. Nothing if it runs already.
  void start_broker(std::size_t broker = 0);
  void start_brokers();
  void kill_broker(std::size_t broker = 0);
  /// Stops the process for a while, as SIGSTOP does; nothing if none runs.
  void stop_broker(std::size_t broker);
  void continue_broker(std::size_t broker);
  /// Names that the first broker knows; it runs.
  [[nodiscard]] std::size_t known_names() { return brokers_.front().host->known_names(); }

  /// Takes a server out of the configuration of all brokers, at once if they run, and puts it into it. Nothing if it is
  /// so already.
  void take_out(std::size_t id);
  void put_in(std::size_t id);

  void kill_server(std::size_t id, Duration notice);
  /// Starts the process: what it stored is published again, FullyBooted and LoadZmq follow, and some phones register.
  void boot_server(std::size_t id);

  /// The connection of one broker, or of all, breaks now, and the broker sees it after `notice`. Nobody gets through
  /// before `mend`.
  void cut(std::size_t id, Duration notice, std::optional<std::size_t> broker = std::nullopt);
  void mend(std::size_t id);

  /// See Cable::freeze.
  void freeze(std::size_t id, Duration length, Duration notice);

  /// From now on servers 0 and 1 copy shared names to each other by themselves, which takes so long; 0: not any more.
  void replicate(Duration delay) { replicates_after_ = delay; }

  /// A change by a phone or a dialplan: another value of that name. Nothing happens on a server that is dead or frozen.
  void change(std::size_t id, const Name& name);
  /// The same before the broker has started; nothing is published.
  void preset(std::size_t id, const Name& name);

 private:
  [[nodiscard]] sim::DeviceState random_state(const Name& name);
  [[nodiscard]] sim::Presence random_presence();
  void note_current(std::size_t id);
  void watch(std::size_t from, std::size_t to);
  void copy(const Name& name, std::size_t from, std::size_t to);

  struct Broker {
    std::vector<std::unique_ptr<Cable>> cables;
    std::vector<std::unique_ptr<VirtualHost>> past;  ///< killed; the agenda refers to them
    std::unique_ptr<VirtualHost> host;
  };

  World& world_;
  std::vector<std::unique_ptr<ModelServer>> servers_;
  std::vector<Broker> brokers_;
  std::vector<bool> configured_;
  Duration replicates_after_{0};  ///< 0: they do not
};

}  // namespace amibroker::simulation
