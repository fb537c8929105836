// SPDX-License-Identifier: Apache-2.0
//
// One plugin of the configuration, over all its instances.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/host/isolated_instance.hpp"
#include "core/host/loop_share.hpp"
#include "core/host/plugin_counters.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/plugin_keys.hpp"
#include "core/host/plugin_library.hpp"
#include "core/host/plugin_loading.hpp"
#include "core/host/plugin_plan.hpp"
#include "core/host/restart_pace.hpp"

namespace amibroker::host {

/// What happens to a plugin that throws too often.
struct QuarantineRules {
  /// How long it stays off the first time, the second time, ...; after that it is off until it is started by `start`.
  RestartPace::Waits pauses = RestartPace::usual();
  /// An instance that ran for so long makes the next time the first one again.
  std::chrono::milliseconds forgiven = RestartPace::usual_good_time;
  /// `on_fault = exit`: ends the daemon, soon.
  std::function<void()> end_daemon = [] {};
};

/// Has at most one instance that runs. Its counters go on from one instance to the next. Loop's thread only, and never
/// from inside a call of the plugin.
///
/// An instance that is over stays as an empty object as long as this one, for a thread that the plugin forgot may still
/// call it.
class PluginLife {
 public:
  /// `rules` and what `surroundings` refers to outlive this.
  PluginLife(std::string name, const Surroundings& surroundings, const QuarantineRules& rules);
  ~PluginLife();
  PluginLife(const PluginLife&) = delete;
  PluginLife& operator=(const PluginLife&) = delete;

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  /// Whether it was started, and not stopped since; it may have failed, or be in quarantine.
  [[nodiscard]] bool wanted() const noexcept { return wanted_; }
  [[nodiscard]] bool running() const noexcept { return runs_here() || (apart_ != nullptr && apart_->running()); }
  /// The instance that runs, or the last one that was tried; null if there was none.
  [[nodiscard]] const PluginInstance* instance() const noexcept { return instance_.get(); }
  /// What runs in a process of its own; null if nothing does.
  [[nodiscard]] const IsolatedInstance* apart() const noexcept { return apart_.get(); }
  [[nodiscard]] const std::optional<FileIdentity>& apart_file() const noexcept { return apart_file_; }
  [[nodiscard]] const OptionValues& apart_options() const noexcept { return apart_options_; }
  [[nodiscard]] const PluginCounters& counters() const noexcept { return common_.counters; }
  /// Over all instances.
  [[nodiscard]] dispatch::CallStatistics statistics() const;
  enum class Condition : std::uint8_t {
    runs,
    waits,       ///< in a process of its own, for its next start
    quarantine,  ///< it failed too often, and starts again later
    off,         ///< it is wanted, and failed: nothing starts it but another configuration
    stopped,     ///< it is not wanted any more
  };
  [[nodiscard]] Condition condition() const noexcept;
  /// As it says of itself; empty if that is not known (yet).
  [[nodiscard]] std::string version() const;
  /// "runs", "waits for its next start", "is in quarantine", "is off" or "is stopped".
  [[nodiscard]] const char* state() const noexcept;
  /// "runs: 1204 calls, 3 faults, 0.62 s in it, 12 ms the longest call", for the report.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] const PluginKeys& keys() const noexcept { return keys_; }
  /// What they say is in force at once, but for the keys of the process, which is started anew for them.
  void set_keys(const PluginKeys& keys);

  /// Starts an instance of this library with these options. If one runs, it takes its place, with what it saved: the
  /// new one is started first, and the old one is stopped then, so that no event is lost or comes twice. A new one that
  /// does not start leaves the old one as it was; that is logged. If what runs is in a process of its own, the new one
  /// starts when that has ended, which the daemon does not wait for. False if the new one does not start.
  bool start(PluginLibrary library, OptionValues options);
  /// The same in a process of its own. What runs is stopped first, since nobody knows before some time has passed
  /// whether the new one starts; events in between do not reach the plugin, and on_server_up tells it to look anew.
  void start_apart(ApartPlugin&& plugin, Isolation isolation);
  /// What runs in a process of its own goes on; the next process, if there is one, begins with this.
  void keep_apart(ApartPlugin&& plugin);
  /// Gives these options to the instance that runs; if it does not take them, a new one is started with them.
  bool change_options(OptionValues options);
  /// Stops what runs. A process of its own ends some time later.
  void stop() noexcept;
  /// The same at the end of the daemon, which waits for that process.
  void end() noexcept;
  /// Begins that for a process of its own, so that several end at the same time.
  void ask_to_end() noexcept;
  /// Asks what runs for the answer to a command that it set with Commands.
  void ask(std::string_view command, std::span<const Field> arguments, PluginAnswered done);
  /// Once a second: warns of what the plugin takes, and of the lines that were held back.
  void look();

 private:
  [[nodiscard]] bool runs_here() const noexcept { return instance_ != nullptr && instance_->running(); }
  void begin_anew();
  void after_apart(IsolatedInstance::Left next);
  void stop_here() noexcept;
  bool start_instance(PluginLibrary library, std::shared_ptr<const OptionValues> options, std::string saved);
  void end_instance() noexcept;
  void too_many_faults(PluginInstance& instance);
  void begin_quarantine();
  [[nodiscard]] std::string plan_return();
  void come_back();

  std::string name_;
  const Surroundings& around_;
  const QuarantineRules& rules_;
  PluginKeys keys_;
  PluginCommon common_;
  LoopShare share_;
  bool wanted_ = false;
  bool in_quarantine_ = false;
  RestartPace pace_;
  base::TimerHandle next_step_ = 0;
  std::chrono::steady_clock::time_point started_{};
  dispatch::CallStatistics ended_;  // of the instances that are over
  std::unique_ptr<PluginInstance> instance_;
  std::unique_ptr<IsolatedInstance> apart_;
  std::optional<FileIdentity> apart_file_;
  OptionValues apart_options_;
  std::vector<std::unique_ptr<PluginInstance>> over_;
};

}  // namespace amibroker::host
