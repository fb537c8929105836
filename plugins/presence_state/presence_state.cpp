// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_state.hpp"

#include <array>
#include <string>

namespace amibroker::presence_state {

namespace {

using replication::count;
using replication::Listed;
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

void PresenceState::start(Host& host) {
  host_ = &host;
  events_ = &host.counter("events");
  shown_events_ = &host.counter("shown_events");
  ignored_events_ = &host.counter("ignored_events");
  bad_events_ = &host.counter("bad_events");
  filters_.emplace(host, concerns_presence);
  neighbours_.emplace();
  newest_.emplace(*neighbours_);
  distributor_.emplace(host, static_cast<replication::ListReader&>(*this), *neighbours_, *newest_,
                       replication::Medium{.plugin = "presence_state",
                                           .function = "PRESENCE_STATE(",
                                           .module = "func_presencestate.so",
                                           .list_action = "PresenceStateList",
                                           .list_module = "res_manager_presencestate.so",
                                           .technologies = technologies,
                                           .limit = "max_presentities",
                                           .lists_show_names = false,
                                           .echoes_repeats = true,
                                           .values = fixed_values});
  host.subscribe("PresenceStateChange");
}

void PresenceState::on_event(ServerId server, const Message& message) {
  if (!distributor_) return;
  if (same_name(message.event(), "PresenceStateChange")) presence_changed(server, message);
  else distributor_->on_other_event(server, message);
}

void PresenceState::presence_changed(ServerId server, const Message& message) {
  count(*events_);
  const Presentity presentity = read_presentity(message["Presentity"]);
  const std::string_view status = message["Status"];
  if (presentity.kind == Kind::nameless || !is_status(status)) return count(*bad_events_);
  if (presentity.kind == Kind::shown) {
    count(*shown_events_);
    shown_name_.assign(provider).append(presentity.name);
    distributor_->shown_on(server, shown_name_,
                           distributor_->value(value_.from_event(status, message["Subtype"], message["Message"])));
    // `not_set` shows the same as nothing: it may be what the broker cleared and has forgotten since.
    if (!same_name(status, "not_set")) explain_reserved(server, message["Presentity"]);
    return;
  }
  if (!filters_->pass(server, message["Presentity"])) return count(*ignored_events_);
  if (host_->verbose()) show(server, message);

  shown_name_.assign(provider).append(presentity.name);
  const replication::ValueId value =
      distributor_->value(value_.from_event(status, message["Subtype"], message["Message"]));
  if (presentity.kind == Kind::native) distributor_->changed_at_origin(server, shown_name_, technology, value);
  else distributor_->changed_on(server, shown_name_, value);
}

std::optional<ListedState> PresenceState::read_item(ServerId server, const Message& item) {
  const Presentity presentity = read_presentity(item["Presentity"]);
  const std::string_view status = item["Status"];
  if (presentity.kind == Kind::nameless || !is_status(status)) return std::nullopt;
  shown_name_.assign(provider).append(presentity.name);
  const bool spreads = filters_->pass(server, item["Presentity"]);
  const std::string_view value = value_.from_event(status, item["Subtype"], item["Message"]);
  switch (presentity.kind) {
    case Kind::native:
      if (!spreads) return std::nullopt;
      return ListedState{shown_name_, technology, value, Listed::Kind::own, Sharing::one_way};
    case Kind::shown: return ListedState{shown_name_, technology, value, Listed::Kind::held, Sharing::one_way};
    case Kind::shared:
      if (!spreads && !distributor_->knows(shown_name_)) return std::nullopt;
      return ListedState{
          shown_name_, {}, value, spreads ? Listed::Kind::held : Listed::Kind::held_not_shared, Sharing::symmetric};
    case Kind::nameless: break;
  }
  return std::nullopt;
}

void PresenceState::on_server_up(ServerId server) {
  if (distributor_) distributor_->server_up(server);
}

void PresenceState::on_server_down(ServerId server) {
  if (distributor_) distributor_->server_down(server);
}

void PresenceState::on_server_added(ServerId server) {
  if (!distributor_) return;
  filters_->update(host_->servers()[server]);
  distributor_->server_added(server);
}

void PresenceState::on_server_changed(ServerId server) {
  if (!distributor_) return;
  const bool filters_changed = filters_->update(host_->servers()[server]);
  distributor_->server_changed(server, filters_changed);
}

void PresenceState::on_server_retired(ServerId server) {
  if (!distributor_) return;
  filters_->retire(server);
  distributor_->server_retired(server);
}

void PresenceState::on_events_lost(ServerId server, std::uint64_t) {
  if (distributor_) distributor_->events_lost(server);
}

void PresenceState::on_report() {
  if (distributor_) distributor_->report();
}

void PresenceState::stop() {
  distributor_.reset();
  filters_.reset();
}

void PresenceState::show(ServerId server, const Message& message) {
  host_->log(Level::info, replication::server_label(*host_, server)
                              .append(": ")
                              .append(replication::for_log(message["Presentity"]))
                              .append(" is ")
                              .append(message["Status"])
                              .append(", \"")
                              .append(replication::for_log(message["Subtype"]))
                              .append("\", \"")
                              .append(replication::for_log(message["Message"]))
                              .append("\""));
}

void PresenceState::explain_reserved(ServerId server, std::string_view presentity) {
  if (reserved_was_explained_ || distributor_->knows(presentity)) return;
  reserved_was_explained_ = true;
  host_->log(Level::warning, replication::server_label(*host_, server)
                                 .append(": ")
                                 .append(replication::for_log(presentity))
                                 .append(" is not distributed: a name with `:` or `/` in it is a presentity of "
                                         "another server. If it is one of your own, rename it without them. This is "
                                         "said once; see the counter shown_events"));
}

}  // namespace amibroker::presence_state
