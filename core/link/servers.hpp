// SPDX-License-Identifier: Apache-2.0
//
// All servers of the daemon.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/link/interest.hpp"
#include "core/link/server.hpp"
#include "core/link/server_config.hpp"
#include "core/link/server_listener.hpp"
#include "core/link/transport.hpp"

namespace amibroker::link {

/// Owns each Server by its ServerId. Ids count from 0 and are never used again: a server that was retired keeps its
/// own. Loop's thread only.
class Servers final : public ServerAccess, private ServerContext {
  using Clock = std::chrono::steady_clock;

 public:
  /// `listener` hears of all servers; it and the loop outlive this object. `expected`: how many servers there will be
  /// at the start. `look_up`: see Resolver.
  Servers(base::EventLoop& loop, ServerListener& listener, std::size_t expected, ServerTimings timings = {},
          Resolver::Lookup look_up = Resolver::system_lookup());
  ~Servers();
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  /// A new server, which begins to connect; the listener hears of it later, never from inside this call. `config` was
  /// checked.
  ServerId add(ServerConfig config);
  /// Another address, secret or name for a server, which keeps its id. It goes down and is connected again if
  /// anything but its name for people changed. Throws std::out_of_range for an id that was never given.
  void change(ServerId id, ServerConfig config);
  /// The server leaves for good: it goes down, its actions end, and nothing is heard of it any more. Throws
  /// std::out_of_range for an id that was never given.
  void retire(ServerId id);
  /// Whether each message of this server is logged from now on: see Server::show_traffic. Throws std::out_of_range.
  void show_traffic(ServerId id, bool on) { servers_.at(id)->show_traffic(on); }
  /// All servers leave: the daemon ends.
  void stop();

  /// How many ids were given, those of retired servers included.
  [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
  /// Throws std::out_of_range.
  [[nodiscard]] const Server& at(ServerId id) const { return *servers_.at(id); }

  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout, Owner owner,
               Completion done) override;
  [[nodiscard]] bool is_up(ServerId server) const noexcept override;
  void set_interest(const Interest& interest) override;

 private:
  /// A transport that is in use, with what all its servers share.
  struct Wires {
    std::unique_ptr<Transport> transport;
    ActionEncoder encoder;
  };

  [[nodiscard]] Wires& wires_of(const ServerConfig& config);
  void tick();
  void finish_round();
  void warn_of_same_name(const Server& server);

  // ServerContext
  [[nodiscard]] base::EventLoop& loop() noexcept override { return loop_; }
  [[nodiscard]] Clock::time_point time() noexcept override;
  [[nodiscard]] const ServerTimings& timings() const noexcept override { return timings_; }
  [[nodiscard]] ServerListener& listener() noexcept override { return listener_; }
  [[nodiscard]] Resolver& resolver() noexcept override { return resolver_; }
  [[nodiscard]] const Interest& interest() const noexcept override { return interest_; }
  void at_end_of_round(Server& server) override { to_end_.push_back(&server); }
  void discard(std::unique_ptr<Wire> wire) override;
  void identified(Server& server, const Identity& identity) override;

  base::EventLoop& loop_;
  ServerListener& listener_;
  std::size_t expected_;
  ServerTimings timings_;
  Resolver resolver_;
  Interest interest_{.all = true};
  Clock::time_point time_;       // at the last tick
  Clock::time_point last_tick_;  // on the loop's clock
  std::map<const TransportKind*, Wires> wires_;
  std::vector<std::string> system_names_;  // by ServerId; empty if it is not known, or has none
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Wire>> discarded_;
  std::vector<Server*> to_end_;
  base::TimerHandle ticker_;
};

}  // namespace amibroker::link
