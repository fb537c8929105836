// SPDX-License-Identifier: Apache-2.0
//
// What a plugin may ask of the broker. Since ABI 1.
//
// Threads: all functions are for the loop's thread (the one that calls the plugin), except `post`, `log` and
// counters, which any thread may use. Nothing here blocks and nothing throws.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "amibroker/action.hpp"
#include "amibroker/options.hpp"
#include "amibroker/reply.hpp"

namespace amibroker {

/// A server of the fleet: its position in `sections =` of the configuration, from 0. Stable while the daemon runs.
using ServerId = std::uint32_t;

/// A timer of this plugin; 0 is none.
using TimerId = std::uint64_t;

/// What a plugin may know of a server, from the server's section of the configuration. Views live as long as the
/// plugin. The lists are for plugins that distribute something; the broker itself makes no use of them.
struct ServerInfo {
  ServerId id;
  std::string_view section;  ///< name of its section in the configuration
  std::string_view name;     ///< name for people (`name =`)
  /// Zones of this server, each once, `[A-Za-z0-9_-]+`. Servers share with those that have a zone in common; one that
  /// names none shares everything with every server that names none.
  std::span<const std::string_view> zones{};
  /// Globs (fnmatch) of what is distributed of this server, devices and presentities by their names; none: everything.
  std::span<const std::string_view> include{};
  /// Globs of what, of that, is not distributed.
  std::span<const std::string_view> exclude{};
};

enum class Level : std::uint8_t { debug, info, warning, error };

/// A number that the plugin counts and the daemon logs when it stops. Any thread; never goes back.
using Counter = std::atomic<std::uint64_t>;

class Host {
 public:
  /// All servers of the configuration, in order, whether they can be reached or not. Never changes.
  [[nodiscard]] virtual std::span<const ServerInfo> servers() const noexcept = 0;

  /// Whether the server answered lately, so that a request would be sent.
  [[nodiscard]] virtual bool is_up(ServerId server) const noexcept = 0;

  /// Asks for events of this name (without case) from all servers. From `start` on, at any time. Servers compare with
  /// case, and are asked for what plugins want alone: write the name as Asterisk does (`DeviceStateChange`). Where it
  /// is plainly written otherwise (`devicestatechange`), they are asked for all events.
  virtual void subscribe(std::string_view event) noexcept = 0;

  /// Asks for all events. It makes the broker decode everything: use names where you know them.
  virtual void subscribe_all() noexcept = 0;

  /// Carries out an action on one server. The action is copied. `done` may be empty.
  /// `timeout`: how long the action may take from now until its answer, waiting included; zero means the configured
  /// `request_timeout`. See Outcome for what can come back; an unknown server is Outcome::refused.
  virtual void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
                       Completion done) noexcept = 0;

  /// The same action on every server but `except` (any number that is no server: on all). `done` is called once for
  /// each of these servers with the server's id.
  virtual void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                         std::function<void(ServerId, const Reply&)> done) noexcept = 0;

  /// Calls `task` once after `delay` (at least 0), or every `period` (at least 1 ms). 0 where it was not started.
  virtual TimerId after(std::chrono::milliseconds delay, std::function<void()> task) noexcept = 0;
  virtual TimerId every(std::chrono::milliseconds period, std::function<void()> task) noexcept = 0;

  /// Stops a timer; its task is not called any more. A timer that is unknown or has run: nothing happens.
  virtual void cancel(TimerId timer) noexcept = 0;

  /// Any thread: runs `task` on the loop's thread soon, in the order of the calls. After stop it is dropped.
  virtual void post(std::function<void()> task) noexcept = 0;

  /// Now, on the clock that all timers and timeouts follow.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const noexcept = 0;

  /// This plugin's options from `[plugin NAME]`.
  [[nodiscard]] virtual const Options& options() const noexcept = 0;

  /// Whether the administrator wants to see what is handled (`verbose_messages = yes`).
  [[nodiscard]] virtual bool verbose() const noexcept = 0;

  /// Any thread: one line in the daemon's log, with the plugin's name before it. Control bytes are made visible.
  virtual void log(Level level, std::string_view text) noexcept = 0;

  /// This plugin's counter of that name, made at the first call. Keep the reference: it lives as long as the plugin.
  [[nodiscard]] virtual Counter& counter(std::string_view name) noexcept = 0;

 protected:
  ~Host() = default;
};

}  // namespace amibroker
