// SPDX-License-Identifier: Apache-2.0
//
// A broker for tests of plugins: no process, no socket, no real time. Since ABI 1; servers that come, change and
// go since ABI 2; unsubscribe, saved and state_folder, and what the daemon refuses, since ABI 3.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "amibroker/plugin.hpp"
#include "amibroker/testing/action_rules.hpp"
#include "amibroker/testing/fake_options.hpp"
#include "amibroker/testing/fake_servers.hpp"
#include "amibroker/testing/manual_clock.hpp"

namespace amibroker::testing {

/// An action that a plugin asked for and that the test has not answered.
struct Request {
  ServerId server;
  Action action;
  std::chrono::milliseconds timeout;
  Completion done;
  TimerId expiry = 0;  ///< of the host's clock

  /// The value of a header of the action; empty if it is missing.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < action.size(); ++i)
      if (same_name(action[i].name, name)) return action[i].value;
    return {};
  }
};

/// A line of the log.
struct LogLine {
  Level level;
  std::string text;
};

/// Who ends requests that are not answered.
enum class Timeouts : std::uint8_t {
  by_the_clock,  ///< the clock, when it is moved past a request's timeout
  by_the_test,   ///< only the test
};

/// A Host that keeps what the plugin asks for, and lets the test answer it, move the time, and bring servers up and
/// down as the daemon does. All servers are down at first. As in the daemon, a request to a server that is down comes
/// back as Outcome::not_sent; here it waits in `requests` like any other, for the test to answer.
///
/// What the daemon refuses is refused here, in the same words: an action that is not sent (its completion is posted,
/// with Outcome::refused), a call from another thread, an empty task. `refusals` has a line for each. A request that
/// nobody answers ends when the clock passes its timeout, with Outcome::unknown.
///
/// The thread that made this object is the loop's thread; only `post`, `now`, `log`, `verbose` and `counter` are for
/// others too.
class FakeHost final : public Host {
 public:
  /// `names`: the servers' names for people; their sections are called `server-1`, `server-2`, ...
  explicit FakeHost(const std::vector<std::string>& names, std::span<const OptionSpec> option_table = {},
                    Timeouts timeouts = Timeouts::by_the_clock)
      : option_values(option_table), timeouts_(timeouts) {
    for (const std::string& name : names) add_entry(name);
  }

  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // What a test looks at and sets.
  std::deque<Request> requests;         ///< not answered yet, oldest first
  std::vector<std::string> subscribed;  ///< names of events, as subscribed
  bool subscribed_to_all = false;
  bool is_verbose = false;                          ///< what verbose() says
  std::string saved_before;                         ///< what saved() gives: of an instance that ran before
  std::string folder;                               ///< what state_folder() gives
  FakeOptions option_values;                        ///< the option table's defaults; set others before `start`
  std::size_t requests_to_nobody = 0;               ///< refused, because there is no such server, or it is retired
  std::chrono::milliseconds request_timeout{1000};  ///< of requests with timeout 0
  ManualClock clock;

  /// What the daemon would have logged of calls that it refuses: `FUNCTION: WHY`.
  [[nodiscard]] std::vector<std::string> refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

  /// Starts a plugin, and tells it which servers are up.
  void start(Plugin& plugin) {
    plugin.start(*this);
    for (ServerId server = 0; server < up_.size(); ++server)
      if (up_[server]) plugin.on_server_up(server);
  }

  /// Stops a plugin. Nothing that it asked for reaches it afterwards.
  void stop(Plugin& plugin) {
    plugin.stop();
    requests.clear();
    clock.cancel_all();
    const std::lock_guard lock(mutex_);
    posted_.clear();
  }

  void bring_up(Plugin& plugin, ServerId server) {
    up_[server] = true;
    plugin.on_server_up(server);
  }

  /// Ends what is under way on that server with Outcome::unknown, and tells the plugin.
  void take_down(Plugin& plugin, ServerId server) {
    up_[server] = false;
    for (const Request& request : take(server))
      if (request.done) request.done(Reply{Outcome::unknown, "connection lost", {}});
    plugin.on_server_down(server);
  }

  /// Marks a server as up before `start`.
  void set_up(ServerId server) { up_[server] = true; }

  /// Adds a server, which is down, and tells the plugin. Its number.
  ServerId add_server(Plugin& plugin, const std::string& name) {
    const ServerId server = add_entry(name);
    plugin.on_server_added(server);
    servers_.forget_old();
    return server;
  }

  /// Tells the plugin that something is different now: call it after the functions `set_...` below. As in the daemon,
  /// the views that the plugin took before end when its call returns.
  void tell_changed(Plugin& plugin, ServerId server) {
    plugin.on_server_changed(server);
    servers_.forget_old();
  }

  /// Takes a server out of the configuration: it goes down if it is up, what is under way on it ends, and the plugin is
  /// told.
  void retire_server(Plugin& plugin, ServerId server) {
    if (up_.at(server)) take_down(plugin, server);
    for (const Request& request : take(server))
      if (request.done) request.done(Reply{Outcome::not_sent, "the server was taken out of the configuration", {}});
    servers_.retire(server);
    plugin.on_server_retired(server);
    servers_.forget_old();
  }

  /// What the server's section says. Before `start`, or before `tell_changed`.
  void set_name(ServerId server, std::string name) {
    servers_.edit(server, [&](FakeServers::Entry& entry) { entry.name = std::move(name); });
  }
  /// Whether an administrator holds it for maintenance.
  void set_held(ServerId server, bool on) { servers_.hold(server, on); }
  void set_zones(ServerId server, std::vector<std::string> zones) {
    servers_.edit(server, [&](FakeServers::Entry& entry) { entry.zones.owned = std::move(zones); });
  }
  void set_filters(ServerId server, std::vector<std::string> include, std::vector<std::string> exclude) {
    servers_.edit(server, [&](FakeServers::Entry& entry) {
      entry.include.owned = std::move(include);
      entry.exclude.owned = std::move(exclude);
    });
  }
  void set_transport(ServerId server, std::string transport) {
    servers_.edit(server, [&](FakeServers::Entry& entry) { entry.transport = std::move(transport); });
  }
  /// What the server says of itself. Before `start`, or before `tell_changed`.
  void set_identity(ServerId server, std::string asterisk_version, std::string system_name) {
    servers_.edit(server, [&](FakeServers::Entry& entry) {
      entry.asterisk_version = std::move(asterisk_version);
      entry.system_name = std::move(system_name);
    });
  }

  /// What `extension` gives for the name and version of that class from now on.
  template <typename Extension>
  void offer(Extension& object) {
    extensions_[{std::string(Extension::extension_name), Extension::extension_version}] = &object;
  }

  /// Answers the oldest request. False if there is none.
  bool answer(Outcome outcome = Outcome::success, std::string_view text = "", std::span<const Message> messages = {}) {
    if (requests.empty()) return false;
    const Request request = std::move(requests.front());
    requests.pop_front();
    clock.cancel(request.expiry);
    if (request.done) request.done(Reply{outcome, text, messages});
    return true;
  }

  /// Answers requests, oldest first, and those which that leads to, until there is none, or `most` were answered.
  /// The number that was.
  std::size_t answer_all(Outcome outcome = Outcome::success, std::size_t most = 1'000'000) {
    std::size_t answered = 0;
    while (answered < most && answer(outcome)) ++answered;
    return answered;
  }

  /// Runs what was posted, once. The number of tasks.
  std::size_t run_posted() {
    std::deque<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(posted_);
    }
    for (const std::function<void()>& task : tasks) task();
    return tasks.size();
  }

  /// The log so far.
  [[nodiscard]] std::vector<LogLine> lines() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  /// How many lines of a level hold a text.
  [[nodiscard]] std::size_t logged(Level level, std::string_view text = "") const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const LogLine& line : log_) count += line.level == level && line.text.find(text) != std::string::npos;
    return count;
  }

  /// The value of a counter; 0 if the plugin has not made it.
  [[nodiscard]] std::uint64_t counted(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = counters_.find(name);
    return found == counters_.end() ? 0 : found->second.load();
  }

  // Host
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept override { return servers_.infos(); }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return server < up_.size() && up_[server]; }
  void subscribe(std::string_view event) noexcept override {
    if (!may_call("subscribe")) return;
    if (event.empty() || event.size() > 200)
      return refuse("subscribe", "no event has such a name; subscribe_all asks for all events");
    subscribed.emplace_back(event);
  }
  void subscribe_all() noexcept override {
    if (may_call("subscribe_all")) subscribed_to_all = true;
  }
  void unsubscribe(std::string_view event) noexcept override {
    if (!may_call("unsubscribe")) return;
    if (event.empty()) subscribed_to_all = false;
    std::erase_if(subscribed, [event](const std::string& name) { return same_name(name, event); });
  }
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
               Completion done) noexcept override {
    if (!may_call("request")) return;
    if (server >= servers().size() || servers()[server].retired) {
      ++requests_to_nobody;
      return end_refused(std::move(done), "there is no such server");
    }
    if (const std::string why = why_refused(action, servers()[server].transport == "zmq"); !why.empty()) {
      refuse("request", why);
      return end_refused(std::move(done), why);
    }
    requests.push_back({server, action, timeout, std::move(done), 0});
    if (timeouts_ == Timeouts::by_the_clock) let_expire(requests.back());
  }
  void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                 std::function<void(ServerId, const Reply&)> done) noexcept override {
    if (!may_call("broadcast")) return;
    for (const ServerInfo& server : servers()) {
      if (server.id == except || server.retired) continue;
      Completion one;
      if (done) one = [done, id = server.id](const Reply& reply) { done(id, reply); };
      request(server.id, action, timeout, std::move(one));
    }
  }
  TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept override {
    if (!may_call("after") || !has_task("after", task)) return 0;
    return clock.start(delay, {}, std::move(task));
  }
  TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept override {
    if (!may_call("every") || !has_task("every", task)) return 0;
    period = std::max(period, std::chrono::milliseconds(1));
    return clock.start(period, period, std::move(task));
  }
  void cancel(TimerId timer) noexcept override {
    if (may_call("cancel")) clock.cancel(timer);
  }
  void post(std::function<void()> task) noexcept override {
    if (!has_task("post", task)) return;
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept override { return clock.now(); }
  [[nodiscard]] const Options& options() const noexcept override { return option_values; }
  [[nodiscard]] std::string_view saved() const noexcept override { return saved_before; }
  [[nodiscard]] std::string_view state_folder() const noexcept override { return folder; }
  [[nodiscard]] bool verbose() const noexcept override { return is_verbose; }
  void log(Level level, std::string_view text) noexcept override {
    const std::lock_guard lock(mutex_);
    log_.push_back({level, std::string(text)});
  }
  [[nodiscard]] Counter& counter(std::string_view name) noexcept override {
    const std::lock_guard lock(mutex_);
    return counters_[std::string(name)];
  }
  [[nodiscard]] void* extension(std::string_view name, std::uint32_t version) noexcept override {
    const auto found = extensions_.find({std::string(name), version});
    return found == extensions_.end() ? nullptr : found->second;
  }

 private:
  ServerId add_entry(const std::string& name) {
    up_.push_back(false);
    return servers_.add(name);
  }

  [[nodiscard]] bool may_call(const char* function) const noexcept {
    if (std::this_thread::get_id() == thread_) return true;
    refuse(function, "it is not for the plugin's own threads; go through post, whose task runs on the right one");
    return false;
  }

  template <typename Task>
  [[nodiscard]] bool has_task(const char* function, const Task& task) const noexcept {
    if (task) return true;
    refuse(function, "the std::function is empty; give it one that can be called");
    return false;
  }

  void refuse(const char* function, const std::string& why) const noexcept {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(std::string(function).append(": ").append(why));
  }

  void end_refused(Completion done, const std::string& why) noexcept {
    if (done) post([done = std::move(done), why] { done(Reply{Outcome::refused, why, {}}); });
  }

  void let_expire(Request& request) {
    const auto timeout = request.timeout == std::chrono::milliseconds::zero() ? request_timeout : request.timeout;
    // The timer knows its request by its own number, which it has only once it was started.
    const auto id = std::make_shared<TimerId>(0);
    request.expiry = *id =
        clock.start(std::clamp(timeout, std::chrono::milliseconds(1), std::chrono::milliseconds(std::chrono::hours(1))),
                    {}, [this, id] { expire(*id); });
  }

  void expire(TimerId timer) {
    const auto found = std::find_if(requests.begin(), requests.end(),
                                    [timer](const Request& request) { return request.expiry == timer; });
    if (found == requests.end()) return;
    const Request request = std::move(*found);
    requests.erase(found);
    if (request.done) request.done(Reply{Outcome::unknown, "no answer in time", {}});
  }

  std::deque<Request> take(ServerId server) {
    std::deque<Request> taken;
    std::deque<Request> kept;
    for (const Request& request : requests)
      if (request.server == server) clock.cancel(request.expiry);
    for (Request& request : requests) (request.server == server ? taken : kept).push_back(std::move(request));
    requests.swap(kept);
    return taken;
  }

  FakeServers servers_;
  std::vector<bool> up_;
  std::map<std::pair<std::string, std::uint32_t>, void*> extensions_;

  const Timeouts timeouts_;
  const std::thread::id thread_ = std::this_thread::get_id();

  mutable std::mutex mutex_;  ///< guards what follows
  mutable std::vector<std::string> refusals_;
  std::vector<LogLine> log_;
  std::map<std::string, Counter, std::less<>> counters_;
  std::deque<std::function<void()>> posted_;
};

}  // namespace amibroker::testing
