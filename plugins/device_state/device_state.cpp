// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

#include <array>
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

/// Patterns of a server's section are for presentities, too: `CustomPresence:*`, or `SIP:*`, which is no form of a
/// device.
bool concerns_devices(std::string_view pattern) noexcept {
  if (pattern.starts_with("CustomPresence")) return false;
  const std::string_view technology = technology_of(pattern);
  return !is_known_technology(technology) || pattern[technology.size()] == separator_of(technology);
}

}  // namespace

void DeviceState::check_options(const Options& options, OptionReport& report) {
  const std::string_view text = options.text("name_template");
  if (const std::string fault = NameTemplate::fault_of(text); !fault.empty())
    return report.mistake("name_template", fault);
  NameTemplate names(text);
  if (options.boolean("custom") && names.makes_slashes())
    return report.mistake(
        "custom", "= yes does not go together with name_template = " + std::string(text) +
                      ", which makes names with a slash: Asterisk makes Custom:100 of Custom:PJSIP/100 when it "
                      "restarts, and nobody could tell that from a device that your servers share. Use a template "
                      "without a slash, such as Custom:{technology}-{name}, and name its devices in the hints");
  constexpr std::array<std::string_view, 1> zones{"north"};
  names.set_server({.id = 0, .section = "server-1", .name = {}, .zones = zones});
  std::string example;
  for (const std::string_view device : {"PJSIP/100", "Queue:sales", "DAHDI/i1/5"})
    example.append(example.empty() ? "for the other servers, " : ", ")
        .append(device)
        .append(example.find(" is ") == std::string::npos ? " of [server-1] in the zone north is " : " is ")
        .append(names.expand(0, device));
  report.example(example);
}

void DeviceState::start(Host& host) {
  host_ = &host;
  events_ = &host.counter("events");
  ignored_events_ = &host.counter("ignored_events");
  bad_events_ = &host.counter("bad_events");
  names_.emplace(host.options().text("name_template"));
  shares_customs_ = host.options().boolean("custom");
  for (const ServerInfo& server : host.servers()) names_->set_server(server);
  filters_.emplace(host, concerns_devices);
  neighbours_.emplace();
  aggregation_.emplace(*neighbours_);
  newest_.emplace(*neighbours_);
  const replication::Combiner& combiner =
      host.options().boolean("aggregate") ? static_cast<const replication::Combiner&>(*aggregation_) : *newest_;
  const std::string variant = std::string(host.options().text("name_template")) + (shares_customs_ ? " custom" : "") +
                              (host.options().boolean("aggregate") ? " aggregate" : "");
  distributor_.emplace(host, static_cast<replication::ListReader&>(*this), *neighbours_, combiner,
                       replication::Medium{.plugin = "device_state",
                                           .function = "DEVICE_STATE(",
                                           .module = "func_devstate.so",
                                           .list_action = "DeviceStateList",
                                           .list_module = "res_manager_devicestate.so",
                                           .technologies = technologies,
                                           .limit = "max_devices",
                                           .lists_show_names = true,
                                           .echoes_repeats = false,
                                           .values = states,
                                           .variant = variant,
                                           .notes = {"Custom:zmq-ami-broker", "NOT_INUSE", "Device"}});
  unshared_.emplace(host, *distributor_);
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
  if (!is_native(device)) return custom_changed(server, device, state);
  if (!filters_->pass(server, device)) return count(*ignored_events_);
  if (host_->verbose()) show(server, device, state);
  distributor_->changed_at_origin(server, names_->expand(server, device), technology_of(device),
                                  state == unknown ? replication::no_value : distributor_->value(state));
}

/// A name of the form that the broker writes: what the server shows under it.
void DeviceState::shown_on(ServerId server, std::string_view device, std::string_view state) {
  count(*ignored_events_);  // it goes no further
  distributor_->shown_on(server, device, state == unknown ? std::nullopt : std::optional(distributor_->value(state)));
}

void DeviceState::custom_changed(ServerId server, std::string_view device, std::string_view state) {
  if (distributor_->is_one_way(device)) return shown_on(server, device, state);
  if (!shares_customs_ || state == unknown || distributor_->is_note(device) || !filters_->pass(server, device))
    return count(*ignored_events_);
  if (const NotShared reason = why_not_shared(device, *names_); reason != NotShared::no) {
    // What is INVALID shows the same as nothing: it may be what the broker cleared and has forgotten since.
    if (state != states.front()) unshared_->add(server, device, reason);
    return count(*ignored_events_);
  }
  if (host_->verbose()) show(server, device, state);
  distributor_->changed_on(server, device, distributor_->value(state));
}

std::optional<ListedState> DeviceState::read_item(ServerId server, const Message& item) {
  const std::string_view device = item["Device"];
  const std::string_view state = item["State"];
  if (device.empty() || (!is_state(state) && state != unknown)) return std::nullopt;
  if (!is_native(device)) return read_custom(server, device, state);
  if (state == unknown || !filters_->pass(server, device)) return std::nullopt;
  return ListedState{names_->expand(server, device), technology_of(device), state, Listed::Kind::own, Sharing::one_way};
}

std::optional<ListedState> DeviceState::read_custom(ServerId server, std::string_view device, std::string_view state) {
  if (!device.starts_with(custom) || distributor_->is_note(device)) return std::nullopt;
  const std::string_view technology = names_->technology_in(device);
  if (!technology.empty() || distributor_->shows(device))
    return ListedState{device, technology, state, Listed::Kind::held, Sharing::one_way};
  if (!shares_customs_ || why_not_shared(device, *names_) != NotShared::no) return std::nullopt;
  const bool spreads = state != unknown && filters_->pass(server, device);
  if (!spreads && !distributor_->knows(device)) return std::nullopt;
  return ListedState{
      device, {}, state, spreads ? Listed::Kind::held : Listed::Kind::held_not_shared, Sharing::symmetric};
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
  names_->set_server(host_->servers()[server]);
  distributor_->server_added(server);
}

void DeviceState::on_server_changed(ServerId server) {
  if (!distributor_) return;
  const bool filters_changed = filters_->update(host_->servers()[server]);
  const bool names_changed = names_->set_server(host_->servers()[server]);
  distributor_->server_changed(server, filters_changed || names_changed);
}

void DeviceState::on_server_retired(ServerId server) {
  if (!distributor_) return;
  filters_->retire(server);
  names_->set_server(host_->servers()[server]);
  distributor_->server_retired(server);
  unshared_->retire(server);
}

void DeviceState::on_events_lost(ServerId server, std::uint64_t) {
  if (distributor_) distributor_->events_lost(server);
}

void DeviceState::on_report() {
  if (distributor_) distributor_->report();
}

void DeviceState::stop() {
  unshared_.reset();
  distributor_.reset();
  filters_.reset();
}

}  // namespace amibroker::device_state
