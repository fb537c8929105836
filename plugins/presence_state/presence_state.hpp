// SPDX-License-Identifier: Apache-2.0
//
// The plugin presence_state: a presence that is set on one server holds on all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "amibroker/replication/options.hpp"
#include "amibroker/replication/state_plugin.hpp"
#include "plugins/presence_state/presence_value.hpp"
#include "plugins/presence_state/presentity.hpp"

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
class PresenceState final : public replication::StatePlugin {
 public:
  static constexpr OptionSpec options[] = {
      {"max_presentities", OptionType::integer, "100000", "", 1, 10'000'000,
       "most presentities that are distributed; further ones are counted and reported once"},
      AMIBROKER_REPLICATION_OPTIONS,
  };

 private:
  [[nodiscard]] replication::Medium medium() override;
  Heard state_event(ServerId server, const Message& event) override;
  std::optional<replication::ListedState> read_item(ServerId server, const Message& item) override;
  bool may_be(std::string_view shown_name, replication::Sharing sharing, std::string_view value) override;
  void show_presence(ServerId server, const Message& event) const;
  void explain_reserved(ServerId server, std::string_view presentity);

  Counter* shown_events_ = nullptr;
  bool reserved_was_explained_ = false;
  PresenceValue value_;
  std::string shown_name_;  ///< used again
};

}  // namespace amibroker::presence_state
