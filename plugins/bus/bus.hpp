// SPDX-License-Identifier: Apache-2.0
//
// The plugin bus: the events of all servers, and actions on all servers, over ZeroMQ.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/plugin.hpp"
#include "plugins/bus/complaints.hpp"
#include "plugins/bus/outbox.hpp"
#include "plugins/bus/settings.hpp"
#include "plugins/bus/streams.hpp"
#include "plugins/bus/worker.hpp"

namespace amibroker::bus {

/// Publishes each event that a reader subscribed to under `event/<section>/<name>`, with a number for each topic, and
/// asks the servers only for the events that readers want. `server/<section>` says how a server is, `lost/<section>`
/// that events of it never came. Takes actions of the allow-list from clients. See docs/bus.md.
///
/// On the loop's thread it only makes texts and queues them; all sockets belong to a Worker.
///
/// Counters: `published` messages; `dropped` because the queue to the thread was full; `bad events` without a usable
/// name, or too long; `requests`, `bad requests`, `actions not allowed`, `actions`; `subscriptions refused`, `keys
/// refused`.
class Bus final : public Plugin {
 public:
  static constexpr auto& options = option_table;

  static void check_options(const Options& values, OptionReport& report) { check_settings(values, report); }

  void start(Host& host) override;
  void on_event(ServerId server, const Message& message) override;
  void on_server_up(ServerId server) override { tell_server(server); }
  void on_server_down(ServerId server) override { tell_server(server); }
  void on_server_added(ServerId server) override { tell_server(server); }
  void on_server_changed(ServerId server) override { tell_server(server); }
  void on_server_retired(ServerId server) override;
  void on_events_lost(ServerId server, std::uint64_t count) override;
  void stop() override;

 private:
  void follow(const std::shared_ptr<const Wanted>& wanted);
  void carry_out(std::vector<std::string> envelope, const Request& request);
  /// Publishes what is known of a server.
  void tell_server(ServerId server);
  void publish(Stream& stream, std::string_view json);
  [[nodiscard]] std::optional<ServerId> server_of(std::string_view section) const noexcept;

  Host* host_ = nullptr;
  std::optional<Complaints> complaints_;
  Streams streams_;
  std::shared_ptr<const Wanted> wanted_ = std::make_shared<const Wanted>();
  Counter* dropped_ = nullptr;
  Counter* bad_events_ = nullptr;
  Counter* actions_ = nullptr;
  std::string json_;  ///< used again
  std::shared_ptr<Outbox> outbox_;
  std::optional<Worker> worker_;
};

}  // namespace amibroker::bus
