// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

#include <string>

#include "plugins/device_state/devices.hpp"

namespace amibroker::device_state {
namespace {

using replication::count;
using replication::Listed;
using replication::ListedState;
using replication::Sharing;

constexpr std::string_view custom = "Custom:";
constexpr std::string_view unknown = "UNKNOWN";

}  // namespace

void DeviceState::start(Host& host) {
  host_ = &host;
  events_ = &host.counter("events");
  ignored_events_ = &host.counter("ignored_events");
  bad_events_ = &host.counter("bad_events");
  names_.emplace(host.options().text("name_template"));
  if (host.options().boolean("custom")) customs_.emplace();
  filters_.emplace(host);
  neighbours_.emplace();
  aggregation_.emplace(*neighbours_);
  newest_.emplace(*neighbours_);
  const replication::Combiner& combiner =
      host.options().boolean("aggregate") ? static_cast<const replication::Combiner&>(*aggregation_) : *newest_;
  distributor_.emplace(host, static_cast<replication::ListReader&>(*this), *neighbours_, combiner,
                       replication::Medium{.plugin = "device_state",
                                           .function = "DEVICE_STATE(",
                                           .module = "func_devstate.so",
                                           .list_action = "DeviceStateList",
                                           .list_module = "res_manager_devicestate.so",
                                           .technologies = technologies,
                                           .limit = "max_devices",
                                           .echoes_repeats = false,
                                           .values = states});
  host.subscribe("DeviceStateChange");
}

void DeviceState::on_event(ServerId server, const Message& message) {
  if (!distributor_) return;
  if (same_name(message.event(), "DeviceStateChange")) device_changed(server, message);
  else distributor_->on_other_event(server, message);
}

void DeviceState::device_changed(ServerId server, const Message& message) {
  count(*events_);
  const std::string_view device = message["Device"];
  const std::string_view state = message["State"];
  if (device.empty() || (!is_state(state) && state != unknown)) return count(*bad_events_);
  const bool is_custom = !is_native(device);
  if (is_custom && !names_->technology_in(device).empty()) return shown_on(server, device, state);
  if (!concerns_us(server, device, is_custom)) return count(*ignored_events_);
  if (is_custom && state == unknown) return count(*ignored_events_);
  if (host_->verbose()) show(server, device, state);
  if (is_custom) return distributor_->changed_on(server, device, distributor_->value(state));
  const std::string_view shown_name = names_->expand(device);
  note_written(shown_name);
  distributor_->changed_at_origin(server, shown_name, technology_of(device),
                                  state == unknown ? replication::no_value : distributor_->value(state));
}

/// A name of the form that the broker writes: what the server shows under it.
void DeviceState::shown_on(ServerId server, std::string_view device, std::string_view state) {
  count(*ignored_events_);  // it goes no further
  distributor_->shown_on(server, device, state == unknown ? std::nullopt : std::optional(distributor_->value(state)));
}

/// Whether the device's state is distributed: a native one, or a shared custom one, that no filter holds back.
bool DeviceState::concerns_us(ServerId server, std::string_view device, bool is_custom) {
  if (!is_custom) return filters_->pass(server, device);
  if (!customs_ || !device.starts_with(custom)) return false;
  return !customs_->is_remnant(device.substr(custom.size())) && filters_->pass(server, device);
}

std::optional<ListedState> DeviceState::read_item(ServerId server, const Message& item) {
  const std::string_view device = item["Device"];
  const std::string_view state = item["State"];
  if (device.empty() || (!is_state(state) && state != unknown)) return std::nullopt;
  if (is_native(device)) {
    if (state == unknown || !filters_->pass(server, device)) return std::nullopt;
    const std::string_view shown_name = names_->expand(device);
    note_written(shown_name);
    return ListedState{shown_name, technology_of(device), state, Listed::Kind::own, Sharing::one_way};
  }
  if (!device.starts_with(custom)) return std::nullopt;
  if (const std::string_view technology = names_->technology_in(device); !technology.empty()) {
    note_written(device);
    return ListedState{device, technology, state, Listed::Kind::held, Sharing::one_way};
  }
  if (!customs_ || customs_->is_remnant(device.substr(custom.size()))) return std::nullopt;
  const bool spreads = state != unknown && filters_->pass(server, device);
  if (!spreads && !distributor_->knows(device)) return std::nullopt;
  return ListedState{
      device, {}, state, spreads ? Listed::Kind::held : Listed::Kind::held_not_shared, Sharing::symmetric};
}

/// What a restart of Asterisk makes of this name is not a shared device, even if it was taken for one before.
void DeviceState::note_written(std::string_view shown_name) {
  if (!customs_) return;
  const std::string_view remnant = customs_->wrote(shown_name);
  if (!remnant.empty()) distributor_->retire(std::string(custom).append(remnant));
}

void DeviceState::show(ServerId server, std::string_view device, std::string_view state) const {
  host_->log(Level::info, replication::server_label(*host_, server)
                              .append(": ")
                              .append(replication::for_log(device))
                              .append(" is ")
                              .append(state));
}

void DeviceState::on_server_up(ServerId server) {
  if (distributor_) distributor_->server_up(server);
}

void DeviceState::on_server_down(ServerId server) {
  if (distributor_) distributor_->server_down(server);
}

void DeviceState::on_server_added(ServerId server) {
  if (!distributor_) return;
  filters_->update(host_->servers()[server]);
  distributor_->server_added(server);
}

void DeviceState::on_server_changed(ServerId server) {
  if (!distributor_) return;
  const bool filters_changed = filters_->update(host_->servers()[server]);
  distributor_->server_changed(server, filters_changed);
}

void DeviceState::on_server_retired(ServerId server) {
  if (!distributor_) return;
  filters_->retire(server);
  distributor_->server_retired(server);
}

void DeviceState::on_events_lost(ServerId server, std::uint64_t) {
  if (distributor_) distributor_->events_lost(server);
}

void DeviceState::on_report() {
  if (distributor_) distributor_->report();
}

void DeviceState::stop() { distributor_.reset(); }

}  // namespace amibroker::device_state
