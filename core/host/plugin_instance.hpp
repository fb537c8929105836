// SPDX-License-Identifier: Apache-2.0
//
// One plugin that runs: what the dispatcher calls, and what the plugin may ask for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "amibroker/host.hpp"
#include "amibroker/same_asterisk.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/post_box.hpp"
#include "core/bus/plugin_bus.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/dispatch/handler.hpp"
#include "core/host/action_gate.hpp"
#include "core/host/fault_rate.hpp"
#include "core/host/line_quota.hpp"
#include "core/host/options.hpp"
#include "core/host/plugin_commands.hpp"
#include "core/host/plugin_counters.hpp"
#include "core/host/plugin_library.hpp"
#include "core/host/plugin_timers.hpp"
#include "core/host/server_table.hpp"

namespace amibroker::host {

/// What all plugins share. It, and everything that it refers to, outlives the plugins. The values may change while they
/// run.
struct Surroundings {
  base::EventLoop& loop;
  dispatch::Dispatcher& dispatcher;
  const ServerTable& servers;
  SameAsterisk& same_asterisk;
  std::chrono::milliseconds request_timeout;  ///< for requests that name none
  bool verbose;
  std::filesystem::path state_folder{};  ///< absolute, with a folder for each plugin; empty: there is none
  cluster::Cluster* cluster = nullptr;   ///< null: no plugin has a bus
};

class PluginInstance;

/// What all instances of one plugin share; it outlives them.
struct PluginCommon {
  PluginCounters counters;
  LineQuota lines;
  ActionGate gate;
  /// An instance threw too often (see FaultRate). Called from inside its call, after the line about the fault.
  std::function<void(PluginInstance&)> throws_too_often;
};

/// The life of one plugin, from its library to its end. It goes through start and stop once.
///
/// Loop's thread, except post, log and counter, which stay harmless after `stop` for as long as this object lives: a
/// plugin that forgets a thread of its own does not bring the daemon down with a late call. The other functions of
/// Host check the thread and the stage of life: a call at the wrong moment is logged with what to do, at most once a
/// minute, and has no effect.
class PluginInstance final : public dispatch::Handler, public Host {
 public:
  /// `saved`: what the instance before returned from `save`.
  PluginInstance(PluginLibrary library, std::shared_ptr<const OptionValues> options, const Surroundings& surroundings,
                 PluginCommon& common, std::string saved = {});
  ~PluginInstance() override;
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  /// Creates and starts the plugin, and tells it which servers are up. False if it threw: that is logged, and the
  /// plugin's life is over. `meanwhile`: what the log says of the time after that. The calling thread counts as the
  /// loop's from now on.
  bool start(std::string_view meanwhile = "the daemon goes on without it");
  /// Ends the plugin's life, if it has one. Not from inside a call of this plugin.
  void stop() noexcept;

  /// Asks the plugin, which runs, whether it takes these options from now on. False if it says no, or throws.
  [[nodiscard]] bool take_options(std::shared_ptr<const OptionValues> options);
  /// What the plugin, which runs, wants its successor to have. Empty if it throws, or saves more than it may, which is
  /// logged.
  [[nodiscard]] std::string save();
  static constexpr std::size_t most_saved = 64 * 1024 * 1024;

  /// Asks the plugin for the answer to a command that it set with Commands. Not from inside a call of this plugin.
  [[nodiscard]] PluginAnswer ask(std::string_view command, std::span<const Field> arguments);

  /// Nothing reaches the plugin any more but `stop`. Also from inside a call of it.
  void mute() noexcept;
  [[nodiscard]] bool muted() const noexcept { return muted_; }

  [[nodiscard]] bool running() const noexcept { return stage_ == Stage::running; }
  [[nodiscard]] const PluginLibrary& library() const noexcept { return library_; }
  [[nodiscard]] std::shared_ptr<const OptionValues> shared_options() const { return all_options_.back(); }
  [[nodiscard]] const OptionValues& option_values() const noexcept { return *options_.load(); }
  /// Calls and faults; null if it does not run.
  [[nodiscard]] const dispatch::CallStatistics* statistics() const noexcept;
  /// The same, also after its end.
  [[nodiscard]] dispatch::CallStatistics all_statistics() const noexcept;
  /// What it threw until now, in words; see FaultTable::summary.
  [[nodiscard]] std::string faults() const;
  /// What it took of the loop since the last question.
  [[nodiscard]] dispatch::LoopTime take_loop_time() { return around_.dispatcher.take_loop_time(id_); }

  // dispatch::Handler
  [[nodiscard]] std::string_view name() const noexcept override { return library_.name(); }
  bool event(ServerId server, const Message& message, Fault& fault) noexcept override;
  bool server_up(ServerId server, Fault& fault) noexcept override;
  bool server_down(ServerId server, Fault& fault) noexcept override;
  bool server_added(ServerId server, Fault& fault) noexcept override;
  bool server_changed(ServerId server, Fault& fault) noexcept override;
  bool server_retired(ServerId server, Fault& fault) noexcept override;
  bool events_lost(ServerId server, std::uint64_t count, Fault& fault) noexcept override;
  bool report(Fault& fault) noexcept override;
  bool completion(const Completion& done, const Reply& reply, Fault& fault) noexcept override;
  bool task(const std::function<void()>& task, Fault& fault) noexcept override;
  void threw(const dispatch::CallStatistics& statistics) noexcept override;

  // Host
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept override { return around_.servers.infos(); }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override;
  void subscribe(std::string_view event) noexcept override;
  void subscribe_all() noexcept override;
  void unsubscribe(std::string_view event) noexcept override;
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
               Completion done) noexcept override;
  void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                 std::function<void(ServerId, const Reply&)> done) noexcept override;
  TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept override;
  TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept override;
  void cancel(TimerId timer) noexcept override;
  void post(std::function<void()> task) noexcept override;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept override;
  [[nodiscard]] const Options& options() const noexcept override { return option_values(); }
  [[nodiscard]] std::string_view saved() const noexcept override { return saved_; }
  [[nodiscard]] std::string_view state_folder() const noexcept override;
  [[nodiscard]] bool verbose() const noexcept override { return around_.verbose; }
  void log(Level level, std::string_view text) noexcept override;
  [[nodiscard]] Counter& counter(std::string_view name) noexcept override;
  [[nodiscard]] void* extension(std::string_view name, std::uint32_t version) noexcept override;

 private:
  enum class Stage : std::uint8_t { made, running, stopping, over };

  /// A broadcast whose answers are not all there. A completion that refers to it needs two words, which std::function
  /// keeps without an allocation for each server.
  struct Broadcast {
    PluginInstance* owner;
    std::function<void(ServerId, const Reply&)> done;
    std::size_t missing = 0;
    std::list<Broadcast>::iterator self;
  };

  template <typename Work>
  void contained(const char* function, Work&& work) const noexcept;
  [[nodiscard]] bool may_call(const char* function) const noexcept;
  template <typename Task>
  [[nodiscard]] bool has_task(const char* function, const Task& task) const noexcept;
  [[nodiscard]] std::chrono::milliseconds usable_timeout(std::chrono::milliseconds timeout) const noexcept;
  void answer(Broadcast& broadcast, ServerId server, const Reply& reply);
  void refuse(Completion done, std::string why);
  [[nodiscard]] PluginCommands::Surroundings around_commands();
  [[nodiscard]] Bus* bus() noexcept;
  bool call_start(Fault& fault) noexcept;
  bool call_stop(Fault& fault) noexcept;
  bool call_destroy(Fault& fault) noexcept;
  void end_life() noexcept;
  void report_end(const char* what, const Fault& fault, std::string_view meanwhile) const noexcept;
  void complain(const char* function, const char* text) const noexcept;

  PluginLibrary library_;
  // All that were given: the plugin may have views of any of them.
  std::vector<std::shared_ptr<const OptionValues>> all_options_;
  std::atomic<const OptionValues*> options_;
  const Surroundings& around_;
  std::string saved_;  // until it has started
  mutable std::once_flag state_folder_once_;
  mutable std::string state_folder_;  // once that was asked for
  PluginCommon& common_;
  FaultRate fault_rate_;
  bool muted_ = false;
  dispatch::CallStatistics last_statistics_;  // as the plugin was stopped or muted
  std::string last_faults_;
  base::PostBox posted_;
  PluginTimers timers_;
  PluginCommands commands_;
  std::unique_ptr<cluster::PluginBus> bus_;  // once it was asked for
  std::list<Broadcast> broadcasts_;
  Plugin* plugin_ = nullptr;
  dispatch::HandlerId id_ = 0;
  Stage stage_ = Stage::made;
  std::thread::id thread_;
  mutable std::mutex complaint_mutex_;
  mutable base::LogLimit complaint_limit_;
};

}  // namespace amibroker::host
