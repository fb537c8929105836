// SPDX-License-Identifier: Apache-2.0
#include "amibroker/replication/state_plugin.hpp"

#include <string>
#include <vector>

#include "amibroker/commands.hpp"

#include "plugins/replication/combiner.hpp"
#include "plugins/replication/distributor.hpp"
#include "plugins/replication/filters.hpp"
#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

struct StatePlugin::Parts {
  explicit Parts(Host& host_of_it)
      : host(host_of_it),
        events(host.counter("events")),
        ignored_events(host.counter("ignored_events")),
        bad_events(host.counter("bad_events")) {}

  Host& host;
  Counter& events;
  Counter& ignored_events;
  Counter& bad_events;
  std::string event{};  ///< Medium::event
  std::optional<Filters> filters{};
  Neighbours neighbours{};
  NewestWins newest{neighbours};
  std::optional<Distributor> distributor{};
};

StatePlugin::StatePlugin() = default;
StatePlugin::~StatePlugin() = default;

void StatePlugin::start(Host& host) {
  parts_ = std::make_unique<Parts>(host);
  const Medium medium = this->medium();
  parts_->event = medium.event;
  for (const ServerInfo& server : host.servers()) server_info(server);
  const auto concerns_all = [](std::string_view) noexcept { return true; };
  parts_->filters.emplace(host, medium.concerns != nullptr ? medium.concerns : concerns_all);
  parts_->distributor.emplace(host, static_cast<ListReader&>(*this), parts_->neighbours, combiner(parts_->neighbours),
                              medium);
  host.subscribe(medium.event);
  if (Commands* const commands = extension<Commands>(host))
    distributor().answer(*commands, {[this](std::string_view name) { return shown_names(name); },
                                     [this](std::string_view shown_name) { return hint_part(shown_name); }});
  started();
}

std::vector<std::string> StatePlugin::shown_names(std::string_view name) { return {std::string(name)}; }

std::optional<HintPart> StatePlugin::hint_part(std::string_view) { return std::nullopt; }

bool StatePlugin::server_info(const ServerInfo&) { return false; }

const Combiner& StatePlugin::combiner(const Neighbours&) { return parts_->newest; }

Host& StatePlugin::host() const noexcept { return parts_->host; }

Distributor& StatePlugin::distributor() const noexcept { return *parts_->distributor; }

// --- Events --------------------------------------------------------------------------------------------------------

void StatePlugin::on_event(ServerId server, const Message& message) {
  if (!parts_ || !parts_->distributor) return;
  if (!same_name(message.event(), parts_->event)) return distributor().on_other_event(server, message);
  count(parts_->events);
  switch (state_event(server, message)) {
    case Heard::taken: return;
    case Heard::ignored: return count(parts_->ignored_events);
    case Heard::bad: return count(parts_->bad_events);
  }
}

bool StatePlugin::passes(ServerId server, std::string_view name) { return parts_->filters->pass(server, name); }

bool StatePlugin::knows(std::string_view shown_name) const noexcept { return distributor().knows(shown_name); }

void StatePlugin::changed_on(ServerId server, std::string_view name, std::string_view value) {
  distributor().changed_on(server, name, distributor().value(value));
}

void StatePlugin::changed_at_origin(ServerId origin, std::string_view shown_name, std::string_view technology,
                                    std::optional<std::string_view> value) {
  distributor().changed_at_origin(origin, shown_name, technology, value ? distributor().value(*value) : no_value);
}

void StatePlugin::shown_on(ServerId server, std::string_view shown_name, std::optional<std::string_view> value) {
  distributor().shown_on(server, shown_name, value ? std::optional(distributor().value(*value)) : std::nullopt);
}

void StatePlugin::show(ServerId server, std::string_view name, std::string_view what) const {
  if (!host().verbose()) return;
  host().log(Level::info, server_label(host(), server).append(": ").append(for_log(name)).append(" is ").append(what));
}

// --- Servers -------------------------------------------------------------------------------------------------------

void StatePlugin::on_server_up(ServerId server) {
  if (parts_ && parts_->distributor) distributor().server_up(server);
}

void StatePlugin::on_server_down(ServerId server) {
  if (parts_ && parts_->distributor) distributor().server_down(server);
}

void StatePlugin::on_server_added(ServerId server) {
  if (!parts_ || !parts_->distributor) return;
  parts_->filters->update(host().servers()[server]);
  server_info(host().servers()[server]);
  distributor().server_added(server);
}

void StatePlugin::on_server_changed(ServerId server) {
  if (!parts_ || !parts_->distributor) return;
  const bool filters_changed = parts_->filters->update(host().servers()[server]);
  const bool names_changed = server_info(host().servers()[server]);
  distributor().server_changed(server, filters_changed || names_changed);
}

void StatePlugin::on_server_retired(ServerId server) {
  if (!parts_ || !parts_->distributor) return;
  parts_->filters->retire(server);
  server_info(host().servers()[server]);
  distributor().server_retired(server);
}

void StatePlugin::on_events_lost(ServerId server, std::uint64_t) {
  if (parts_ && parts_->distributor) distributor().events_lost(server);
}

void StatePlugin::on_report() {
  if (parts_ && parts_->distributor) distributor().report();
}

void StatePlugin::stop() {
  if (!parts_) return;
  stopping();
  parts_->distributor.reset();
  parts_->filters.reset();
}

}  // namespace amibroker::replication
