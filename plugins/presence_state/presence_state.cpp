// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_state.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::presence_state {

namespace {

using replication::count;
using replication::ListedKind;
using replication::ListedState;
using replication::Sharing;

constexpr std::string_view provider = "CustomPresence:";
constexpr std::array<std::string_view, 1> fixed_values{"not_set"};

/// Every shown name of the form `CustomPresence:SIP:foo` is the broker's, whatever its provider (see read_presentity).
constexpr std::string_view technology = "CustomPresence";
constexpr std::array<std::string_view, 1> technologies{technology};

/// Patterns of a server's section are for devices, too; one that does not say what it is for is not judged here.
bool concerns_presence(std::string_view pattern) noexcept { return pattern.starts_with(provider); }

}  // namespace

replication::Medium PresenceState::medium() {
  shown_events_ = &host().counter("shown_events");
  return {.plugin = "presence_state",
          .function = "PRESENCE_STATE(",
          .module = "func_presencestate.so",
          .list_action = "PresenceStateList",
          .list_module = "res_manager_presencestate.so",
          .technologies = technologies,
          .limit = "max_presentities",
          .lists_show_names = false,
          .echoes_repeats = true,
          .values = fixed_values,
          .event = "PresenceStateChange",
          .concerns = concerns_presence};
}

PresenceState::Heard PresenceState::state_event(ServerId server, const Message& event) {
  const std::string_view name = event["Presentity"];
  const Presentity presentity = read_presentity(name);
  const std::string_view status = event["Status"];
  if (presentity.kind == Kind::nameless || !is_status(status)) return Heard::bad;
  if (presentity.kind != Kind::shown && !passes(server, name)) return Heard::ignored;
  if (presentity.kind != Kind::shown && host().verbose()) show_presence(server, event);

  shown_name_.assign(provider).append(presentity.name);
  const std::string_view value = value_.from_event(status, event["Subtype"], event["Message"]);
  switch (presentity.kind) {
    case Kind::native: changed_at_origin(server, shown_name_, technology, value); break;
    case Kind::shared: changed_on(server, shown_name_, value); break;
    case Kind::shown:
      count(*shown_events_);
      shown_on(server, shown_name_, value);
      // `not_set` shows the same as nothing: it may be what the broker cleared and has forgotten since.
      if (!same_name(status, "not_set")) explain_reserved(server, name);
      break;
    case Kind::nameless: break;
  }
  return Heard::taken;
}

std::optional<ListedState> PresenceState::read_item(ServerId server, const Message& item) {
  const Presentity presentity = read_presentity(item["Presentity"]);
  const std::string_view status = item["Status"];
  if (presentity.kind == Kind::nameless || !is_status(status)) return std::nullopt;
  shown_name_.assign(provider).append(presentity.name);
  const bool spreads = passes(server, item["Presentity"]);
  const std::string_view value = value_.from_event(status, item["Subtype"], item["Message"]);
  switch (presentity.kind) {
    case Kind::native:
      if (!spreads) return std::nullopt;
      return ListedState{shown_name_, technology, value, ListedKind::own, Sharing::one_way};
    case Kind::shown: return ListedState{shown_name_, technology, value, ListedKind::held, Sharing::one_way};
    case Kind::shared:
      if (!spreads && !knows(shown_name_)) return std::nullopt;
      return ListedState{
          shown_name_, {}, value, spreads ? ListedKind::held : ListedKind::held_not_shared, Sharing::symmetric};
    case Kind::nameless: break;
  }
  return std::nullopt;
}

/// A value is what PresenceValue makes: a status alone, or with two texts, or with these in base64.
bool PresenceState::may_be(std::string_view shown_name, Sharing sharing, std::string_view value) {
  const Presentity presentity = read_presentity(shown_name);
  if (!shown_name.starts_with(provider)) return false;
  if (presentity.kind != (sharing == Sharing::one_way ? Kind::shown : Kind::shared)) return false;
  const std::size_t commas = static_cast<std::size_t>(std::count(value.begin(), value.end(), ','));
  const bool has_form = commas == 0 || commas == 2 || (commas == 3 && value.ends_with(",e"));
  return has_form && is_status(value.substr(0, value.find(',')));
}

void PresenceState::show_presence(ServerId server, const Message& event) const {
  show(server, event["Presentity"],
       std::string(event["Status"])
           .append(", \"")
           .append(replication::for_log(event["Subtype"]))
           .append("\", \"")
           .append(replication::for_log(event["Message"]))
           .append("\""));
}

void PresenceState::explain_reserved(ServerId server, std::string_view presentity) {
  if (reserved_was_explained_ || knows(presentity)) return;
  reserved_was_explained_ = true;
  host().log(Level::warning, replication::server_label(host(), server)
                                 .append(": ")
                                 .append(replication::for_log(presentity))
                                 .append(" is not distributed: a name with `:` or `/` in it is a presentity of "
                                         "another server. If it is one of your own, rename it without them. This is "
                                         "said once; see the counter shown_events"));
}

}  // namespace amibroker::presence_state
