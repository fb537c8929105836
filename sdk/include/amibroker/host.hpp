// SPDX-License-Identifier: Apache-2.0
//
// What a plugin may ask of the broker. Since ABI 1; servers that come, change and go since ABI 2; unsubscribe, saved
// and state_folder since ABI 3.
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

/// Number of a server: 0, 1, 2, ... in the order in which the daemon learned of them. While the daemon runs, a number
/// is never given to another server. What makes it the same server is the name of its section.
using ServerId = std::uint32_t;

/// A timer of this plugin; 0 is none.
using TimerId = std::uint64_t;

/// What a plugin may know of a server. How long the views are valid: see Host::servers. The lists are for plugins that
/// distribute something; the broker itself makes no use of them.
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
  /// How it is reached: `zmq` (through the module) or `ami` (native AMI). Since ABI 2, as all that follows.
  std::string_view transport{};
  /// What the server said of itself when it last came up; empty until then, or if it does not say. At most 80 bytes of
  /// printable text; control bytes are shown as `\xNN`.
  std::string_view asterisk_version{};  ///< `22.1.0`, for instance
  std::string_view system_name{};       ///< `systemname` of its asterisk.conf, which many leave empty
  /// It was taken out of the configuration: it is never up again, and every request to it is refused.
  bool retired = false;
  /// The administrator holds it for maintenance: a plugin that distributes something writes nothing there until
  /// on_server_changed says otherwise, and goes on taking what the server says. Since ABI 3.
  bool held = false;
};

enum class Level : std::uint8_t { debug, info, warning, error };

/// A number that the plugin counts and the daemon logs when it stops. Any thread; never goes back.
using Counter = std::atomic<std::uint64_t>;

class Host {
 public:
  /// All servers that the daemon knows or knew, by ServerId, whether they can be reached or not. Entries are added at
  /// the end and never taken away; a server that is gone is marked as retired. Valid until the next on_server_added,
  /// on_server_changed or on_server_retired of this plugin has returned: a plugin that is told of a change can still
  /// read the views that it took before. Copy what you need for longer.
  [[nodiscard]] virtual std::span<const ServerInfo> servers() const noexcept = 0;

  /// Whether the server answered lately, so that a request would be sent.
  [[nodiscard]] virtual bool is_up(ServerId server) const noexcept = 0;

  /// Asks for events of this name (without case) from all servers. From `start` on, at any time. Servers compare with
  /// case, and are asked only for what plugins want: write the name as Asterisk does (`DeviceStateChange`). If it is
  /// plainly written otherwise (`devicestatechange`), they are asked for all events.
  virtual void subscribe(std::string_view event) noexcept = 0;

  /// Asks for all events. It makes the broker decode everything: use names if you know them.
  virtual void subscribe_all() noexcept = 0;

  /// Takes back `subscribe` for this name (without case), or, if it is empty, `subscribe_all`: no event of it alone
  /// comes after this call. Each leaves the other as it is. Nothing happens for what was not subscribed to.
  virtual void unsubscribe(std::string_view event) noexcept = 0;

  /// Carries out an action on one server. The action is copied. `done` may be empty.
  /// `timeout`: how long the answer may take, from the moment when the action is sent; zero means the configured
  /// `request_timeout`. How long an action may wait for its turn before that is bounded by the broker; one that waits
  /// for too long ends with Outcome::not_sent. See Outcome for what else can come back; a server that is unknown or
  /// retired is Outcome::refused.
  virtual void request(ServerId server, const Action& action, std::chrono::milliseconds timeout,
                       Completion done) noexcept = 0;

  /// The same action on every server that is not retired, except one (a number that no server has: on all). `done` is
  /// called once for each of these servers with the server's id.
  virtual void broadcast(const Action& action, ServerId except, std::chrono::milliseconds timeout,
                         std::function<void(ServerId, const Reply&)> done) noexcept = 0;

  /// Calls `task` once after `delay` (at least 0), or every `period` (at least 1 ms). 0 if it was not started.
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

  /// What the instance of this plugin that ran before returned from `save`; empty if there was none, or if it saved
  /// nothing. Valid during `start`; copy what you need.
  [[nodiscard]] virtual std::string_view saved() const noexcept = 0;

  /// A folder for files of this plugin alone, which outlives the daemon: it exists, and the daemon's user may write
  /// there. Empty if the daemon has none (it is given one by StateDirectory= of its unit).
  [[nodiscard]] virtual std::string_view state_folder() const noexcept = 0;

  /// Whether the administrator wants to see what is handled (`verbose_messages = yes`).
  [[nodiscard]] virtual bool verbose() const noexcept = 0;

  /// Any thread: one line in the daemon's log, with the plugin's name before it. Control bytes are made visible.
  virtual void log(Level level, std::string_view text) noexcept = 0;

  /// This plugin's counter of that name, made at the first call. Keep the reference: it lives as long as the plugin.
  [[nodiscard]] virtual Counter& counter(std::string_view name) noexcept = 0;

  /// What this daemon can do beyond this class; null if it does not know that name, or not in that version. Plugins ask
  /// with the template `extension` below. The object lives as long as the plugin. Since ABI 2; see decision 0012.
  [[nodiscard]] virtual void* extension(std::string_view name, std::uint32_t version) noexcept = 0;

 protected:
  ~Host() = default;
};

/// Asks the daemon for an extension of the SDK, from `start` on; null if this daemon does not have it, and the plugin
/// then does without or says what it needs. Loop's thread. An extension is a class with two constants:
///
///     class Example {
///      public:
///       static constexpr std::string_view extension_name = "example";
///       static constexpr std::uint32_t extension_version = 1;  // another one if a function is added or changed
///       virtual void function() noexcept = 0;
///     };
///     if (auto* example = extension<Example>(host)) example->function();
template <typename Extension>
[[nodiscard]] Extension* extension(Host& host) noexcept {
  return static_cast<Extension*>(host.extension(Extension::extension_name, Extension::extension_version));
}

}  // namespace amibroker
