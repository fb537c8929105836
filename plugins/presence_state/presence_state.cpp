// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presence_state.hpp"

#include <string>

namespace amibroker::presence_state {

using replication::count;

void PresenceState::start(Host& host) {
  host_ = &host;
  events_ = &host.counter("events");
  shown_events_ = &host.counter("shown_events");
  bad_events_ = &host.counter("bad_events");
  distributor_.emplace(
      host,
      replication::Medium{"PRESENCE_STATE(", "CustomPresence:", "func_presencestate.so", "max_presentities"},
      static_cast<std::size_t>(host.options().integer("max_presentities")));
  host.subscribe("PresenceStateChange");
}

void PresenceState::on_event(ServerId server, const Message& message) {
  if (!distributor_ || !same_name(message.event(), "PresenceStateChange")) return;
  count(*events_);
  const Presentity presentity = read_presentity(message["Presentity"]);
  const std::string_view status = message["Status"];
  if (presentity.kind == Kind::nameless || !is_status(status)) return count(*bad_events_);
  if (presentity.kind == Kind::shown) {
    count(*shown_events_);
    return explain_reserved(server, presentity.name);
  }
  if (host_->verbose()) show(server, message);

  const replication::ValueId value =
      distributor_->value(value_.from_event(status, message["Subtype"], message["Message"]));
  if (presentity.kind == Kind::native)
    distributor_->changed_at_origin(server, presentity.name, value);
  else
    distributor_->changed_on(server, presentity.name, value);
}

void PresenceState::on_server_up(ServerId server) {
  if (distributor_) distributor_->server_up(server);
}

void PresenceState::on_server_down(ServerId server) {
  if (distributor_) distributor_->server_down(server);
}

void PresenceState::stop() { distributor_.reset(); }

void PresenceState::show(ServerId server, const Message& message) {
  host_->log(Level::info, distributor_->server_label(server)
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

void PresenceState::explain_reserved(ServerId server, std::string_view name) {
  if (reserved_was_explained_ || distributor_->knows(name)) return;
  reserved_was_explained_ = true;
  host_->log(Level::warning, distributor_->server_label(server)
                                 .append(": CustomPresence:")
                                 .append(replication::for_log(name))
                                 .append(" is not distributed: a name with `:` or `/` in it stands for a presentity of "
                                         "another server. If it is one of your own, rename it without them. This is "
                                         "said once; see the counter shown_events"));
}

}  // namespace amibroker::presence_state
