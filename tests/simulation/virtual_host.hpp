// SPDX-License-Identifier: Apache-2.0
//
// One life of the broker with one plugin, in virtual time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "amibroker/plugin.hpp"
#include "amibroker/testing/fake_options.hpp"
#include "tests/simulation/virtual_link.hpp"
#include "tests/simulation/world.hpp"

namespace amibroker::simulation {

/// Lives until the end of the run, because the agenda refers to it; after `kill` nothing of it does anything.
class VirtualHost final : public Host, private LinkListener {
 public:
  /// `cables`: one for each model server; `configured`: which of these are in the configuration at first;
  /// `prefix`: of the names of its sections; `bus`: null if there is none.
  VirtualHost(World& world, std::span<const std::unique_ptr<Cable>> cables, const std::vector<bool>& configured,
              std::string_view prefix, testing::FakeBus* bus);
  ~VirtualHost();
  VirtualHost(const VirtualHost&) = delete;
  VirtualHost& operator=(const VirtualHost&) = delete;

  /// Makes the plugin of the scenario, starts it, and looks for the servers.
  void start();

  /// As kill -9: the plugin is forgotten without its `stop` having any effect on a server.
  void kill();

  /// The process stands still, as after SIGSTOP, and goes on: then all that came meanwhile happens at once, in order.
  void stand_still();
  void go_on();
  [[nodiscard]] bool stands_still() const noexcept { return still_; }

  /// A model server is put into the configuration, or taken out of it, while the broker runs.
  void put_in(ServerId id);
  void take_out(ServerId id);

  /// `max_devices` of a scenario with floods; of these a server may bring half.
  static constexpr std::size_t most_devices_in_a_flood = 400;

  /// How many names the plugin reports.
  [[nodiscard]] std::size_t known_names();

  // Host
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept override { return servers_; }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override;
  void subscribe(std::string_view event) noexcept override { subscribed_.emplace_back(event); }
  void subscribe_all() noexcept override { subscribed_to_all_ = true; }
  void unsubscribe(std::string_view event) noexcept override {
    std::erase_if(subscribed_, [event](const std::string& name) { return same_name(name, event); });
  }
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
               Completion done) noexcept override;
  void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                 std::function<void(ServerId, const Reply&)> done) noexcept override;
  TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept override;
  TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept override;
  void cancel(TimerId timer) noexcept override { timers_.erase(timer); }
  void post(std::function<void()> task) noexcept override;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept override { return world_.agenda.now(); }
  [[nodiscard]] const Options& options() const noexcept override { return options_; }
  [[nodiscard]] std::string_view saved() const noexcept override { return {}; }
  [[nodiscard]] std::string_view state_folder() const noexcept override { return {}; }
  [[nodiscard]] bool verbose() const noexcept override { return false; }
  void log(Level level, std::string_view text) noexcept override;
  [[nodiscard]] Counter& counter(std::string_view name) noexcept override;
  [[nodiscard]] void* extension(std::string_view name, std::uint32_t version) noexcept override {
    return name == Bus::extension_name && version == Bus::extension_version ? static_cast<Bus*>(bus_) : nullptr;
  }

 private:
  struct Timer {
    Milliseconds period;  ///< 0: once
    std::function<void()> task;
  };

  void link_up(ServerId server) override;
  void link_down(ServerId server) override;
  void link_event(ServerId server, const sim::Fields& event) override;
  void link_lost_events(ServerId server, std::uint64_t count) override;
  void link_done(const Completion& done, const Reply& reply) override;
  bool keep_for_later(const std::function<void()>& task) override;

  void add(ServerId id);
  void set_options();
  TimerId start_timer(Milliseconds delay, Milliseconds period, std::function<void()> task);
  void run_timer(TimerId id);

  World& world_;
  bool dead_ = false;
  bool still_ = false;
  std::deque<std::function<void()>> kept_;  ///< what happened since it stands still
  std::string prefix_;
  std::size_t known_names_ = 0;  ///< as the log said last
  std::span<const std::unique_ptr<Cable>> cables_;
  testing::FakeBus* const bus_;
  std::deque<std::string> sections_;  ///< a deque, because servers_ has views of its strings
  std::deque<std::vector<std::string_view>> zones_;
  std::vector<ServerInfo> servers_;
  std::vector<std::unique_ptr<VirtualLink>> links_;  ///< by number, those of retired servers included
  std::vector<std::string> subscribed_;
  bool subscribed_to_all_ = false;
  std::vector<Field> fields_;  ///< of the event that is handed over
  testing::FakeOptions options_;
  std::unordered_map<TimerId, Timer> timers_;
  TimerId last_timer_ = 0;
  std::map<std::string, Counter, std::less<>> counters_;
  std::unique_ptr<Plugin> plugin_;
};

}  // namespace amibroker::simulation
