// SPDX-License-Identifier: Apache-2.0
//
// The plugin presence_state: a presence that is set on one server holds on all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "amibroker/plugin.hpp"
#include "plugins/presence_state/presence_value.hpp"
#include "plugins/presence_state/presentity.hpp"
#include "plugins/replication/distributor.hpp"
#include "plugins/replication/filters.hpp"
#include "plugins/replication/options.hpp"

namespace amibroker::presence_state {

/// Keeps custom presentities (`CustomPresence:100`) equal on all servers, with status, subtype and message; the last
/// change wins, by order of arrival at the broker. A presentity of another provider (`SIP:foo`) is shown by all other
/// servers as `CustomPresence:SIP:foo`.
///
/// If several servers have a presentity of that name, it shows what one of them said last.
///
/// Counters besides the Distributor's: `events`, of which `shown_events` are about what the broker wrote for a native
/// presentity (never passed on), `ignored_events` are held back by a filter, and `bad_events` lack a presentity or hold
/// a status that Asterisk does not have.
class PresenceState final : public Plugin, private replication::ListReader {
 public:
  void start(Host& host) override;
  void on_event(ServerId server, const Message& message) override;
  void on_server_up(ServerId server) override;
  void on_server_down(ServerId server) override;
  void on_server_added(ServerId server) override;
  void on_server_changed(ServerId server) override;
  void on_server_retired(ServerId server) override;
  void on_events_lost(ServerId server, std::uint64_t count) override;
  void on_report() override;
  void stop() override;

  static constexpr OptionSpec options[] = {
      {"max_presentities", OptionType::integer, "100000", "", 1, 10'000'000,
       "most presentities that are distributed; further ones are counted and reported once"},
      AMIBROKER_REPLICATION_OPTIONS,
  };

 private:
  std::optional<replication::ListedState> read_item(ServerId server, const Message& item) override;
  void presence_changed(ServerId server, const Message& message);
  void show(ServerId server, const Message& message);
  void explain_reserved(ServerId server, std::string_view presentity);

  Host* host_ = nullptr;
  Counter* events_ = nullptr;
  Counter* shown_events_ = nullptr;
  Counter* ignored_events_ = nullptr;
  Counter* bad_events_ = nullptr;
  bool reserved_was_explained_ = false;
  PresenceValue value_;
  std::string shown_name_;  ///< used again
  std::optional<replication::Filters> filters_;
  std::optional<replication::Neighbours> neighbours_;
  std::optional<replication::NewestWins> newest_;
  std::optional<replication::Distributor> distributor_;  ///< from start to stop
};

}  // namespace amibroker::presence_state
