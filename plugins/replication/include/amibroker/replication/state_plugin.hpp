// SPDX-License-Identifier: Apache-2.0
//
// The base of every plugin that distributes states. If all servers share the states under the same names,
// shared_states.hpp is the shorter way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/plugin.hpp"
#include "amibroker/replication/medium.hpp"

namespace amibroker::replication {

class Combiner;  // these three are for the broker's own plugins: their headers are not installed
class Distributor;
class Neighbours;

/// How the hint of a phone names what a target holds.
struct HintPart {
  std::string device{};  ///< as its own server calls it: `PJSIP/100`
  std::string number{};  ///< what people dial for it, as far as its name says; empty: that cannot be told
};

/// Knows everything about replication (docs/replication.md) and nothing about the states: what these are called, how
/// they are read and how they are written, a derived class fills in. Needs the options of
/// AMIBROKER_REPLICATION_OPTIONS and the one that Medium::limit names.
///
/// Counters besides those of docs/configuration.md that every such plugin has: `events`, of which `ignored_events` are
/// not distributed and `bad_events` make no sense.
///
/// Loop's thread only. A derived class must not override what is final here: these functions call the points to fill
/// in, from `start` to `stop`, and never before or after.
class StatePlugin : public Plugin, protected ListReader {
 public:
  StatePlugin();
  ~StatePlugin() override;
  StatePlugin(const StatePlugin&) = delete;
  StatePlugin& operator=(const StatePlugin&) = delete;

  void start(Host& host) final;
  void on_event(ServerId server, const Message& message) final;
  void on_server_up(ServerId server) final;
  void on_server_down(ServerId server) final;
  void on_server_added(ServerId server) final;
  void on_server_changed(ServerId server) final;
  void on_server_retired(ServerId server) final;
  void on_events_lost(ServerId server, std::uint64_t count) final;
  void on_report() final;
  void stop() final;

 protected:
  /// What became of an event, for the counters.
  enum class Heard : std::uint8_t {
    taken,
    ignored,  ///< it is not distributed
    bad,      ///< it makes no sense
  };

  // --- To be filled in (and ListReader::read_item) -----------------------------------------------------------------

  /// How the states are written and read. Called once, first of all in `start`, so what the plugin needs itself can be
  /// made here; `host` works.
  [[nodiscard]] virtual Medium medium() = 0;

  /// A Medium::event came. Calls one of the functions below, or none.
  virtual Heard state_event(ServerId server, const Message& event) = 0;

  // --- May be filled in --------------------------------------------------------------------------------------------

  /// What the host says of a server: of each at the start, then of one that was added, changed, or retired. True if its
  /// states have other names from now on, or others of them pass.
  virtual bool server_info(const ServerInfo& server);

  /// Names under which targets may hold what some server calls `name`: the same, if this is not filled in. For whoever
  /// asks why a lamp is red.
  [[nodiscard]] virtual std::vector<std::string> shown_names(std::string_view name);

  /// What a dialplan's hint needs to show a state that targets hold under this name. Nothing, if this is not filled in:
  /// no hint shows it. For the command `hints`.
  [[nodiscard]] virtual std::optional<HintPart> hint_part(std::string_view shown_name);

  /// What targets show if several servers contribute to a one-way name. The newest contribution, if this is not filled
  /// in. Called once in `start`, after `medium`; what is returned must stay until `stop`.
  [[nodiscard]] virtual const Combiner& combiner(const Neighbours& neighbours);

  /// At the end of `start`: everything below works.
  virtual void started() {}

  /// At the beginning of `stop`: what refers to the Distributor goes.
  virtual void stopping() {}

  // --- What the points work with, from `start` to `stop`: the host always, the rest from `started` on --------------

  [[nodiscard]] Host& host() const noexcept;
  [[nodiscard]] Distributor& distributor() const noexcept;

  /// Whether `include` and `exclude` let a state of this server pass. `name` as the server calls it.
  [[nodiscard]] bool passes(ServerId server, std::string_view name);
  /// Whether the name is distributed already.
  [[nodiscard]] bool knows(std::string_view shown_name) const noexcept;

  /// A server says that a name which all servers share has this value: all neighbours are to have it.
  void changed_on(ServerId server, std::string_view name, std::string_view value);
  /// A server says what a device of its own is; nothing: it has no state any more. The neighbours show it as
  /// `shown_name`. `technology`: see ListedState.
  void changed_at_origin(ServerId origin, std::string_view shown_name, std::string_view technology,
                         std::optional<std::string_view> value);
  /// A server says what it shows under a name that the broker writes there; nothing: it has no such name any more.
  void shown_on(ServerId server, std::string_view shown_name, std::optional<std::string_view> value);

  /// If the administrator wants to see each change: one line of it. `what`: what comes after `<server>: <name> is `.
  void show(ServerId server, std::string_view name, std::string_view what) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;  ///< from the first start to the end; its Distributor from start to stop
};

}  // namespace amibroker::replication
