// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/device_state.hpp"

#include <array>
#include <string>

#include "plugins/device_state/devices.hpp"

namespace amibroker::device_state {
namespace {

using replication::ListedKind;
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

replication::Medium DeviceState::medium() {
  const Options& wanted = host().options();
  names_.emplace(wanted.text("name_template"));
  shares_customs_ = wanted.boolean("custom");
  variant_.assign(wanted.text("name_template"))
      .append(shares_customs_ ? " custom" : "")
      .append(wanted.boolean("aggregate") ? " aggregate" : "");
  return {.plugin = "device_state",
          .function = "DEVICE_STATE(",
          .module = "func_devstate.so",
          .list_action = "DeviceStateList",
          .list_module = "res_manager_devicestate.so",
          .technologies = technologies,
          .limit = "max_devices",
          .lists_show_names = true,
          .echoes_repeats = false,
          .values = states,
          .variant = variant_,
          .notes = {"Custom:zmq-ami-broker", "NOT_INUSE", "Device"},
          .event = "DeviceStateChange",
          .concerns = concerns_devices};
}

const replication::Combiner& DeviceState::combiner(const replication::Neighbours& neighbours) {
  if (!host().options().boolean("aggregate")) return StatePlugin::combiner(neighbours);
  return aggregation_.emplace(neighbours);
}

bool DeviceState::server_info(const ServerInfo& server) {
  if (server.retired && unshared_) unshared_->retire(server.id);
  return names_->set_server(server);
}

/// A template may make another name of it for each server.
std::vector<std::string> DeviceState::shown_names(std::string_view name) {
  std::vector<std::string> names{std::string(name)};
  if (!is_native(name)) return names;
  for (const ServerInfo& server : host().servers())
    if (!server.retired) names.emplace_back(names_->expand(server.id, name));
  return names;
}

/// Names that say of which site a phone is are there because a number means several phones: which one people dial it
/// for nobody but them knows.
std::optional<replication::HintPart> DeviceState::hint_part(std::string_view shown_name) {
  const auto native = names_->native_in(shown_name);
  if (!native) return std::nullopt;
  replication::HintPart part{std::string(native->technology), {}};
  part.device.append(1, separator_of(native->technology)).append(native->name);
  if (!names_->names_sites()) part.number = native->name;
  return part;
}

DeviceState::Heard DeviceState::state_event(ServerId server, const Message& event) {
  const std::string_view device = event["Device"];
  const std::string_view state = event["State"];
  if (device.empty() || (!is_state(state) && state != unknown)) return Heard::bad;
  if (!is_native(device)) return custom_changed(server, device, state);
  if (!passes(server, device)) return Heard::ignored;
  show(server, device, state);
  changed_at_origin(server, names_->expand(server, device), technology_of(device),
                    state == unknown ? std::nullopt : std::optional(state));
  return Heard::taken;
}

DeviceState::Heard DeviceState::custom_changed(ServerId server, std::string_view device, std::string_view state) {
  if (distributor().is_one_way(device)) {  // what the server shows; it goes no further
    shown_on(server, device, state == unknown ? std::nullopt : std::optional(state));
    return Heard::ignored;
  }
  if (!shares_customs_ || state == unknown || distributor().is_note(device) || !passes(server, device))
    return Heard::ignored;
  if (const NotShared reason = why_not_shared(device, *names_); reason != NotShared::no) {
    // What is INVALID shows the same as nothing: it may be what the broker cleared and has forgotten since.
    if (state != states.front()) unshared_->add(server, device, reason);
    return Heard::ignored;
  }
  show(server, device, state);
  changed_on(server, device, state);
  return Heard::taken;
}

std::optional<ListedState> DeviceState::read_item(ServerId server, const Message& item) {
  const std::string_view device = item["Device"];
  const std::string_view state = item["State"];
  if (device.empty() || (!is_state(state) && state != unknown)) return std::nullopt;
  if (!is_native(device)) return read_custom(server, device, state);
  if (state == unknown || !passes(server, device)) return std::nullopt;
  return ListedState{names_->expand(server, device), technology_of(device), state, ListedKind::own, Sharing::one_way};
}

bool DeviceState::may_be(std::string_view shown_name, Sharing sharing, std::string_view value) {
  if (!shown_name.starts_with(custom) || !is_state(value)) return false;
  return sharing == Sharing::one_way || (shares_customs_ && why_not_shared(shown_name, *names_) == NotShared::no);
}

std::optional<ListedState> DeviceState::read_custom(ServerId server, std::string_view device, std::string_view state) {
  if (!device.starts_with(custom) || distributor().is_note(device)) return std::nullopt;
  const std::string_view technology = names_->technology_in(device);
  if (!technology.empty() || distributor().shows(device))
    return ListedState{device, technology, state, ListedKind::held, Sharing::one_way};
  if (!shares_customs_ || why_not_shared(device, *names_) != NotShared::no) return std::nullopt;
  const bool spreads = state != unknown && passes(server, device);
  if (!spreads && !knows(device)) return std::nullopt;
  return ListedState{device, {}, state, spreads ? ListedKind::held : ListedKind::held_not_shared, Sharing::symmetric};
}

}  // namespace amibroker::device_state
