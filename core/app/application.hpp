// SPDX-License-Identifier: Apache-2.0
//
// The life of the daemon: everything is made, wired, run, and taken down here.
#pragma once

#include <memory>
#include <vector>

#include "core/app/config.hpp"
#include "core/app/signals.hpp"
#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/plugin_folder.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/ami_fleet.hpp"
#include "core/link/ami_link.hpp"
#include "core/link/server_listener.hpp"
#include "core/link/zmq_fleet.hpp"
#include "core/link/zmq_link.hpp"

namespace amibroker::app {

/// The links of before, in the shape that the dispatcher knows.
class Links final : public link::LinkListener, public link::ServerAccess {
 public:
  explicit Links(link::ServerListener& listener) : listener_(listener) {}
  std::vector<std::unique_ptr<link::Link>> all;

  void on_event(ServerId server, ami::EventFrame& frame) override { listener_.on_event(server, frame); }
  void on_reply(ServerId server, link::Owner owner, const Completion& done, const Reply& reply) override {
    listener_.on_answer(server, owner, done, reply);
  }
  void on_up(ServerId server) override { listener_.on_up(server); }
  void on_down(ServerId server) override { listener_.on_down(server); }
  void on_events_lost(ServerId server, std::uint64_t count) override { listener_.on_events_lost(server, count); }

  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout, link::Owner owner,
               Completion done) override {
    all.at(server)->request(action, timeout, owner, std::move(done));
  }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return server < all.size() && all[server]->up(); }
  void set_interest(const link::Interest& interest) override {
    for (const auto& one : all) one->set_interest(interest);
  }

 private:
  link::ServerListener& listener_;
};

/// One run of the daemon, on the thread that makes it, where `block_signals` was called.
class Application {
 public:
  explicit Application(const Config& config);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Loads the plugins; mistakes of the configuration come back, and then `run` must not be called.
  [[nodiscard]] std::vector<base::Problem> load_plugins(const host::PluginFolders& folders);

  /// Runs until SIGTERM or SIGINT; SIGUSR1 logs what is known of servers and plugins. Throws std::exception where the
  /// machine lacks something (memory, descriptors).
  void run();

 private:
  [[nodiscard]] std::unique_ptr<link::Link> make_link(ServerId id);
  void on_signal(int number);
  void report();
  void report_messages();
  void report_counters() const;

  const Config& config_;
  base::EventLoop loop_;
  Signals signals_;
  dispatch::Dispatcher dispatcher_;
  link::Fleet fleet_;
  link::ZmqFleet zmq_fleet_;
  link::AmiFleet ami_fleet_{fleet_};
  Links links_{dispatcher_};
  host::PluginHost plugins_;
};

}  // namespace amibroker::app
