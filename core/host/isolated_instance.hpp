// SPDX-License-Identifier: Apache-2.0
//
// One plugin in a process of its own, as the daemon sees it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dispatch/handler.hpp"
#include "core/host/apart_check.hpp"
#include "core/host/isolated_channel.hpp"
#include "core/host/isolated_messages.hpp"
#include "core/host/isolated_output.hpp"
#include "core/host/isolated_process.hpp"
#include "core/host/plugin_instance.hpp"
#include "core/host/plugin_keys.hpp"
#include "core/host/restart_pace.hpp"

namespace amibroker::host {

/// How a plugin is kept apart.
struct Isolation {
  std::string program = own_binary;
  std::size_t memory_limit = 512;  ///< of the helper process, in MiB; 0: none
  std::chrono::milliseconds heartbeat{1000};
  int most_missed = 10;  ///< heartbeats without an answer, after which the process counts as frozen
  std::chrono::milliseconds stop_limit{500};    ///< for stop when the daemon ends, which waits for it
  std::chrono::milliseconds leave_limit{5000};  ///< for save and stop while the daemon goes on, which does not wait
  RestartPace::Waits restarts = RestartPace::usual();
  OnFault on_fault = OnFault::quarantine;
  std::function<void()> end_daemon = [] {};  ///< `on_fault = exit`: soon
};

/// Starts the helper process, passes on what the dispatcher says and what the plugin asks for, and starts the process
/// anew when it is gone. Nothing that the plugin does or fails to do makes the daemon wait, but its `stop` when the
/// daemon ends, for `stop_limit`. Whatever comes from the process is validated; a process that sends what no helper
/// sends is killed.
///
/// In the helper the plugin meets a dispatcher and a PluginInstance as in the daemon, so Host's functions behave alike,
/// with two exceptions: Host::is_up and requests follow what the daemon said last, and a plugin that takes its events
/// too slowly loses some (on_events_lost).
class IsolatedInstance final : public dispatch::Handler {
 public:
  /// `plugin`: which was checked, and has only the plugin's own settings. `saved`: what the instance before returned
  /// from `save`. `common`: of the plugin, over all its instances; it outlives this one.
  IsolatedInstance(isolated::PluginFrame plugin, Isolation isolation, const Surroundings& surroundings,
                   PluginCommon& common, std::string saved = {});
  ~IsolatedInstance() override;
  IsolatedInstance(const IsolatedInstance&) = delete;
  IsolatedInstance& operator=(const IsolatedInstance&) = delete;

  /// True although the plugin starts later, in its process: an exception from its start is logged then.
  bool start();
  /// Ends the plugin's life, if it has one, and waits for it.
  void stop() noexcept;
  /// Begins that; `stop` has to follow. So several end at the same time.
  void ask_to_stop() noexcept;
  /// What the plugin wants its successor to have; empty if it has nothing, or did not say so in time.
  using Left = std::function<void(std::string saved)>;
  /// The same as `stop`, without waiting: nothing reaches the plugin any more, it saves what it has, and stops. `left`
  /// is called from the loop when its process is gone, at the latest after `leave_limit`, and may destroy this object;
  /// never after `stop`. Called again, another `left` takes the place of the first. False if there is no process: then
  /// its life is over at once, and `left` is not called.
  [[nodiscard]] bool leave(Left left);
  [[nodiscard]] bool running() const noexcept { return stage_ == Stage::runs || stage_ == Stage::waits; }
  /// The next process, if this one fails, is given this; the name is the same.
  void begin_next_with(isolated::PluginFrame plugin) { begin_.plugin = std::move(plugin); }
  /// Over all its processes.
  [[nodiscard]] dispatch::CallStatistics statistics() const;
  /// No process is there, and the next one comes some time later.
  [[nodiscard]] bool waits() const noexcept { return stage_ == Stage::waits; }
  /// 0 while there is no process.
  [[nodiscard]] pid_t process() const noexcept { return process_ ? process_->id() : 0; }
  /// Asks the plugin for the answer to a command that it set with Commands; a failure if its process ends before it
  /// has answered. At most `most_asked` at a time.
  void ask(std::string_view command, std::span<const Field> arguments, PluginAnswered done);
  static constexpr std::size_t most_asked = 64;

  /// As its process said; empty before it did.
  [[nodiscard]] const std::string& version() const noexcept { return version_; }

  // dispatch::Handler
  [[nodiscard]] std::string_view name() const noexcept override { return begin_.plugin.config.name; }
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
  /// Here a call fails only if memory is short. What the plugin throws is counted in its process.
  void threw(const dispatch::CallStatistics&) noexcept override {}

 private:
  enum class Stage : std::uint8_t { made, runs, waits, leaves, over };

  template <typename Write>
  bool pass(isolated::Kind kind, Fault& fault, Write&& write) noexcept;
  void pass_reply(std::uint64_t request, const Reply& reply) noexcept;
  bool pass_server(isolated::Kind kind, ServerId server, Fault& fault) noexcept;
  void spawn();
  void watch_end();
  void on_frame(isolated::Kind kind, std::string_view body);
  void take_frame(isolated::Kind kind, isolated::FrameReader& frame);
  void take_faults(std::string text);
  void take_interest(const link::Interest& interest);
  void take_answer(isolated::FrameReader& frame);
  void take_request(const isolated::RequestFrame& request);
  void tell_of_lost_events();
  [[nodiscard]] isolated::GeneralFrame general() const;
  void beat();
  void give_up(std::string why) noexcept;
  void on_end();
  void end_leaving();
  void complain_of_a_bad_end(const isolated::Ending& ending) const;
  void plan_restart(const std::string& how);
  template <typename Done>
  [[nodiscard]] bool wait_until(Done&& done) noexcept;
  void take_down() noexcept;

  isolated::BeginFrame begin_;
  Isolation isolation_;
  const Surroundings& around_;
  PluginCommon& common_;
  RestartPace pace_;
  std::size_t lives_ = 0;           // processes that were started
  dispatch::CallStatistics ended_;  // of those that are gone
  Stage stage_ = Stage::made;

  // Of one process.
  std::optional<dispatch::HandlerId> id_;
  std::unique_ptr<isolated::Process> process_;
  std::unique_ptr<isolated::Channel> channel_;
  std::unique_ptr<isolated::Output> output_;
  std::unique_ptr<boost::asio::posix::stream_descriptor> end_;
  std::map<std::uint64_t, PluginAnswered> asked_;  // questions that are not answered yet, by their number
  std::uint64_t last_asked_ = 0;
  std::vector<std::uint64_t> lost_;  // events that found no room, by ServerId
  std::string why_;                  // it was killed by the daemon
  bool is_started_ = false;
  std::string version_;
  std::vector<std::pair<std::string, std::uint64_t>> base_;  // what its counters were before it
  std::string saved_;                                        // its answer to `save`
  Left left_;                                                // while it leaves
  std::optional<std::string> threw_;                         // too often, as it said
  std::optional<std::string> failure_;                       // it said that the plugin cannot start
  std::chrono::steady_clock::time_point begun_{};
  std::optional<std::chrono::steady_clock::time_point> stop_deadline_;
  base::TimerHandle timer_ = 0;  // heartbeat while it runs, restart while it waits, the limit while it leaves
  std::uint64_t beats_ = 0, answered_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace amibroker::host
