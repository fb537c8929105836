// SPDX-License-Identifier: Apache-2.0
//
// What a plugin implements. Since ABI 1; on_server_added, on_server_changed and on_server_retired since ABI 2;
// on_options and save since ABI 3.
//
//     class Hello : public amibroker::Plugin {
//      public:
//       void start(amibroker::Host& host) override { host_ = &host; host.subscribe("Hangup"); }
//       void on_event(amibroker::ServerId, const amibroker::Message& message) override {
//         host_->log(amibroker::Level::info, message["Channel"]);
//       }
//      private:
//       amibroker::Host* host_ = nullptr;
//     };
//     AMIBROKER_PLUGIN(Hello, "hello", "1.0", "Logs each hangup")
//
// Threads: every function is called on the loop's thread, one at a time. Whatever takes longer than a millisecond
// belongs on a thread of the plugin's own, which comes back with Host::post: while a plugin works, the daemon waits.
#pragma once

#include <cstdint>
#include <string>

#include "amibroker/host.hpp"
#include "amibroker/message.hpp"

namespace amibroker {

/// Life: constructed, start, any number of events, stop, destroyed. An exception from any function is caught,
/// counted and logged with the plugin's name; one from the constructor or from `start` ends the plugin's life.
class Plugin {
 public:
  virtual ~Plugin() = default;

  /// Subscribes, reads options, sets timers. `host` is valid until `stop` returns. The servers that the daemon knows
  /// are in Host::servers; on_server_added tells only of those that come later. Some may already be up: for each of
  /// these `on_server_up` is called right after `start`.
  virtual void start(Host& host) = 0;

  /// An event that the plugin subscribed to. `message` is valid only during the call.
  virtual void on_event(ServerId server, const Message& message) = 0;

  /// The server answers: the connection was made and a Ping came back. Whatever it published before is gone.
  virtual void on_server_up(ServerId server) { static_cast<void>(server); }

  /// The server is out of reach. Requests under way end with Outcome::unknown before this call. Also called if a server
  /// that is up is retired.
  virtual void on_server_down(ServerId server) { static_cast<void>(server); }

  /// A server was added to the configuration: it is in Host::servers from now on, and is not up yet.
  virtual void on_server_added(ServerId server) { static_cast<void>(server); }

  /// What Host::servers says of the server is different now: its section of the configuration was changed, or it said
  /// which Asterisk it is (which comes after its on_server_up). Compare with what you know; any member may be other
  /// than before, except `id`, `section` and `retired`.
  virtual void on_server_changed(ServerId server) { static_cast<void>(server); }

  /// The server was taken out of the configuration, and never comes back under this number. It is down by now. After
  /// this call nothing of it reaches the plugin but the end of a request that was still under way, whose outcome is
  /// then Outcome::not_sent, refused or unknown. A server that is put into the configuration again gets a new number.
  virtual void on_server_retired(ServerId server) { static_cast<void>(server); }

  /// Events of this server were lost: there is a hole in the numbers that the module gives them (`ZmqSequence`), or
  /// they began anew while the server stayed up. Which events is not known, so what the plugin knows of the server may
  /// be old. `count`: at least so many; 0: unknown, and perhaps none: some seconds after a plugin subscribed to an
  /// event that nobody wanted before, since those of the moment before may be missing. At most one call each time the
  /// loop goes through its sockets, after the events that it found there.
  virtual void on_events_lost(ServerId server, std::uint64_t count) {
    static_cast<void>(server);
    static_cast<void>(count);
  }

  /// The administrator wants to know what the plugin knows (SIGUSR1): log it, with Host::log. If it is long, log it
  /// in slices with a timer between them: all servers wait meanwhile.
  virtual void on_report() {}

  /// The administrator changed the plugin's section of the configuration while it runs. `options`: the new values,
  /// checked as at the start, and what Host::options gives from this call on, if the plugin takes them: return true. By
  /// default it does not: the plugin is then stopped, and a new instance starts with the new options.
  virtual bool on_options(const Options& options) {
    static_cast<void>(options);
    return false;
  }

  /// A new instance of this plugin takes over: what is returned here (any bytes, at most 64 MiB) is what that one gets
  /// from Host::saved. Called before the new instance starts, and before `stop`. The new one may come from another
  /// build of the library, so begin with a version of your own format.
  virtual std::string save() { return {}; }

  /// Lets go of everything; own threads are joined here. Called once, also after a `start` that failed. Afterwards
  /// nothing of the plugin is called but its destructor.
  virtual void stop() {}
};

}  // namespace amibroker

#include "amibroker/export.hpp"
