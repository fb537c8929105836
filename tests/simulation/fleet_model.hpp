// SPDX-License-Identifier: Apache-2.0
//
// All servers of a run, their cables, and the broker that joins them.
#pragma once

#include <memory>
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
  [[nodiscard]] Cable& cable(std::size_t id) noexcept { return *cables_[id]; }

  /// With the servers that are in the configuration.
  void start_broker();
  void kill_broker();
  [[nodiscard]] bool broker_runs() const noexcept { return host_ != nullptr; }
  /// Names that the broker knows; it runs.
  [[nodiscard]] std::size_t known_names() { return host_->known_names(); }

  /// Takes a server out of the configuration, at once if the broker runs, and puts it into it. Nothing if it is so
  /// already.
  void take_out(std::size_t id);
  void put_in(std::size_t id);

  void kill_server(std::size_t id, Duration notice);
  /// Starts the process: what it stored is published again, FullyBooted and LoadZmq follow, and some phones register.
  void boot_server(std::size_t id);

  /// The connection breaks now, and the broker sees it after `notice`. Nobody gets through before `mend`.
  void cut(std::size_t id, Duration notice);
  void mend(std::size_t id);

  /// See Cable::freeze.
  void freeze(std::size_t id, Duration length, Duration notice);

  /// A change by a phone or a dialplan: another value of that name. Nothing happens on a server that is dead or frozen.
  void change(std::size_t id, const Name& name);
  /// The same before the broker has started; nothing is published.
  void preset(std::size_t id, const Name& name);

 private:
  [[nodiscard]] sim::DeviceState random_state(const Name& name);
  [[nodiscard]] sim::Presence random_presence();
  void note_current(std::size_t id);

  World& world_;
  std::vector<std::unique_ptr<ModelServer>> servers_;
  std::vector<std::unique_ptr<Cable>> cables_;
  std::vector<bool> configured_;
  std::vector<std::unique_ptr<VirtualHost>> past_;  ///< killed; the agenda refers to them
  std::unique_ptr<VirtualHost> host_;
};

}  // namespace amibroker::simulation
