// SPDX-License-Identifier: Apache-2.0
//
// A broker for tests of plugins: no process, no socket, no real time. Since ABI 1; servers that come, change and
// go since ABI 2.
#pragma once

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
#include <utility>
#include <vector>

#include "amibroker/plugin.hpp"
#include "amibroker/testing/fake_options.hpp"
#include "amibroker/testing/manual_clock.hpp"

namespace amibroker::testing {

/// An action that a plugin asked for and that the test has not answered.
struct Request {
  ServerId server;
  Action action;
  std::chrono::milliseconds timeout;
  Completion done;

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

/// A Host that keeps what the plugin asks for, and lets the test answer it, move the time, and bring servers up and
/// down as the daemon does. All servers are down at first. As in the daemon, a request to a server that is down comes
/// back as Outcome::not_sent; here it waits in `requests` like any other, for the test to answer.
///
/// The test's thread is the loop's thread; only `post`, `log` and `counter` may be used from others.
class FakeHost final : public Host {
 public:
  /// `names`: the servers' names for people; their sections are called `server-1`, `server-2`, ...
  explicit FakeHost(const std::vector<std::string>& names, std::span<const OptionSpec> option_table = {})
      : option_values(option_table) {
    for (const std::string& name : names) add_entry(name);
  }

  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // What a test looks at and sets.
  std::deque<Request> requests;         ///< not answered yet, oldest first
  std::vector<std::string> subscribed;  ///< names of events, as subscribed
  bool subscribed_to_all = false;
  bool is_verbose = false;             ///< what verbose() says
  FakeOptions option_values;           ///< the option table's defaults; set others before `start`
  std::size_t requests_to_nobody = 0;  ///< refused, because there is no such server, or it is retired
  ManualClock clock;

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
    forget_old_views();
    return server;
  }

  /// Tells the plugin that something is different now: call it after the functions `set_...` below. As in the daemon,
  /// the views that the plugin took before end when its call returns.
  void tell_changed(Plugin& plugin, ServerId server) {
    plugin.on_server_changed(server);
    forget_old_views();
  }

  /// Takes a server out of the configuration: it goes down if it is up, what is under way on it ends, and the plugin is
  /// told.
  void retire_server(Plugin& plugin, ServerId server) {
    if (up_.at(server)) take_down(plugin, server);
    for (const Request& request : take(server))
      if (request.done) request.done(Reply{Outcome::not_sent, "the server was taken out of the configuration", {}});
    servers_.at(server).retired = true;
    plugin.on_server_retired(server);
    forget_old_views();
  }

  /// What the server's section says. Before `start`, or before `tell_changed`.
  void set_name(ServerId server, std::string name) {
    edit(server, [&](Entry& entry) { entry.name = std::move(name); });
  }
  void set_zones(ServerId server, std::vector<std::string> zones) {
    edit(server, [&](Entry& entry) { entry.zones.owned = std::move(zones); });
  }
  void set_filters(ServerId server, std::vector<std::string> include, std::vector<std::string> exclude) {
    edit(server, [&](Entry& entry) {
      entry.include.owned = std::move(include);
      entry.exclude.owned = std::move(exclude);
    });
  }
  void set_transport(ServerId server, std::string transport) {
    edit(server, [&](Entry& entry) { entry.transport = std::move(transport); });
  }
  /// What the server says of itself. Before `start`, or before `tell_changed`.
  void set_identity(ServerId server, std::string asterisk_version, std::string system_name) {
    edit(server, [&](Entry& entry) {
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
  [[nodiscard]] std::span<const ServerInfo> servers() const noexcept override { return servers_; }
  [[nodiscard]] bool is_up(ServerId server) const noexcept override { return server < up_.size() && up_[server]; }
  void subscribe(std::string_view event) noexcept override { subscribed.emplace_back(event); }
  void subscribe_all() noexcept override { subscribed_to_all = true; }
  void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
               Completion done) noexcept override {
    if (server < servers_.size() && !servers_[server].retired) {
      requests.push_back({server, action, timeout, std::move(done)});
      return;
    }
    ++requests_to_nobody;
    if (done) post([done = std::move(done)] { done(Reply{Outcome::refused, "there is no such server", {}}); });
  }
  void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                 std::function<void(ServerId, const Reply&)> done) noexcept override {
    for (const ServerInfo& server : servers_) {
      if (server.id == except || server.retired) continue;
      Completion one;
      if (done) one = [done, id = server.id](const Reply& reply) { done(id, reply); };
      request(server.id, action, timeout, std::move(one));
    }
  }
  TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept override {
    return clock.start(delay, {}, std::move(task));
  }
  TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept override {
    return clock.start(period, period, std::move(task));
  }
  void cancel(TimerId timer) noexcept override { clock.cancel(timer); }
  void post(std::function<void()> task) noexcept override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept override { return clock.now(); }
  [[nodiscard]] const Options& options() const noexcept override { return option_values; }
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
  /// Texts, and the views of them that a ServerInfo wants.
  struct Texts {
    std::span<const std::string_view> see() {
      views.assign(owned.begin(), owned.end());
      return views;
    }
    std::vector<std::string> owned;
    std::vector<std::string_view> views;
  };
  /// The texts of one server. Never changed once a ServerInfo has views of it: `edit` makes another one.
  struct Entry {
    std::string section, name, transport, asterisk_version, system_name;
    Texts zones, include, exclude;
  };

  ServerId add_entry(const std::string& name) {
    const auto server = static_cast<ServerId>(servers_.size());
    old_servers_.push_back(servers_);  // a plugin may still hold the span, which ends when the vector grows
    old_servers_.back().swap(servers_);
    servers_.push_back({});
    servers_.back().id = server;
    up_.push_back(false);
    entries_.push_back(nullptr);
    Entry entry;
    entry.section = "server-" + std::to_string(server + 1);
    entry.name = name;
    entry.transport = "zmq";
    put(server, std::move(entry));
    return server;
  }

  template <typename Change>
  void edit(ServerId server, Change&& change) {
    Entry entry = *entries_.at(server);
    change(entry);
    old_entries_.push_back(std::move(entries_[server]));
    put(server, std::move(entry));
  }

  void put(ServerId server, Entry entry) {
    entries_[server] = std::make_unique<Entry>(std::move(entry));
    Entry& kept = *entries_[server];
    ServerInfo& info = servers_[server];
    info.section = kept.section;
    info.name = kept.name;
    info.zones = kept.zones.see();
    info.include = kept.include.see();
    info.exclude = kept.exclude.see();
    info.transport = kept.transport;
    info.asterisk_version = kept.asterisk_version;
    info.system_name = kept.system_name;
  }

  void forget_old_views() {
    old_entries_.clear();
    old_servers_.clear();
  }

  std::deque<Request> take(ServerId server) {
    std::deque<Request> taken;
    std::deque<Request> kept;
    for (Request& request : requests) (request.server == server ? taken : kept).push_back(std::move(request));
    requests.swap(kept);
    return taken;
  }

  std::vector<std::unique_ptr<Entry>> entries_;      ///< by server
  std::vector<ServerInfo> servers_;                  ///< views of the entries
  std::vector<std::unique_ptr<Entry>> old_entries_;  ///< until the plugin's call returns
  std::vector<std::vector<ServerInfo>> old_servers_;
  std::vector<bool> up_;
  std::map<std::pair<std::string, std::uint32_t>, void*> extensions_;

  mutable std::mutex mutex_;  ///< guards what follows
  std::vector<LogLine> log_;
  std::map<std::string, Counter, std::less<>> counters_;
  std::deque<std::function<void()>> posted_;
};

}  // namespace amibroker::testing
