// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/asterisk.hpp"

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

constexpr std::string_view kCustom = "Custom:";
constexpr std::string_view kCustomPresence = "CustomPresence:";
constexpr std::string_view kUncached = "Local/";

// The device of a lamp: `PJSIP/100` for both `PJSIP/100` and `Custom:PJSIP/100`.
std::string_view without_custom(std::string_view device) {
  return device.starts_with(kCustom) ? device.substr(kCustom.size()) : device;
}

}  // namespace

Fields Asterisk::event(std::string_view name, std::string_view privilege) const {
  Fields fields{{"Event", std::string(name)}, {"Privilege", std::string(privilege)}};
  if (!options_.system_name.empty()) fields.emplace_back("SystemName", options_.system_name);
  return fields;
}

Fields Asterisk::presence_fields(std::string_view presentity, const Presence& presence) {
  return {{"Presentity", std::string(presentity)},
          {"Status", presence.state},
          {"Subtype", escaped_c(presence.subtype)},
          {"Message", escaped_c(presence.message)}};
}

std::vector<Fields> Asterisk::set_device(std::string_view device, DeviceState state) {
  std::vector<Fields> events;
  if (!device.starts_with(kUncached)) {
    const auto known = devices_.find(device);
    if (known != devices_.end() && known->second.listed && known->second.state == state) return events;
  }
  const auto lamp_before = lamp(without_custom(device));
  if (!device.starts_with(kUncached)) devices_.insert_or_assign(std::string(device), Known{state, true});
  if (!has_module("res_manager_devicestate")) return events;
  auto fields = event("DeviceStateChange", "call,all");
  fields.emplace_back("Device", device);
  fields.emplace_back("State", to_string(state));
  events.push_back(std::move(fields));
  if (options_.extension_status) add_extension_status(events, without_custom(device), lamp_before);
  return events;
}

void Asterisk::add_extension_status(std::vector<Fields>& events, std::string_view device, DeviceState before) const {
  const auto now = lamp(device);
  if (now == before) return;
  const std::string extension(device.substr(device.find('/') + 1));
  const std::string name(device);
  auto fields = event("ExtensionStatus", "call,all");
  fields.emplace_back("Exten", extension);
  fields.emplace_back("Context", "default");
  fields.emplace_back("Hint", name + "&Custom:" + name + ",CustomPresence:" + extension);
  fields.emplace_back("Status", extension_state(now).number);
  fields.emplace_back("StatusText", extension_state(now).text);
  events.push_back(std::move(fields));
}

std::vector<Fields> Asterisk::set_presence(std::string_view presentity, const Presence& presence) {
  presences_.insert_or_assign(std::string(presentity), presence);
  auto fields = event("PresenceStateChange", "call,all");
  for (auto& field : presence_fields(presentity, presence)) fields.push_back(std::move(field));
  return {std::move(fields)};
}

std::vector<Fields> Asterisk::set_mailbox(std::string_view mailbox, const MessageCounts& counts) {
  mailboxes_.insert_or_assign(std::string(mailbox), counts);
  auto fields = event("MessageWaiting", "call,all");
  fields.emplace_back("Mailbox", mailbox);
  fields.emplace_back("Waiting", counts.news > 0 ? "1" : "0");
  fields.emplace_back("New", std::to_string(counts.news));
  fields.emplace_back("Old", std::to_string(counts.olds));
  return {std::move(fields)};
}

std::vector<Fields> Asterisk::delete_mailbox(std::string_view mailbox) {
  const auto found = mailboxes_.find(mailbox);
  std::vector<Fields> events;
  if (found != mailboxes_.end() && found->second != MessageCounts{}) events = set_mailbox(mailbox, {});
  mailboxes_.erase(std::string(mailbox));
  return events;
}

Asterisk::Written Asterisk::set_variable(std::string_view variable, const std::string& value) {
  if (variable.empty()) return {};
  if (variable.back() != ')') return {.accepted = true, .key = {}, .changed = true};
  // As ast_func_write: the name ends at the first parenthesis, the argument at the last one.
  const auto open = variable.find('(');
  const auto name = variable.substr(0, open);
  const auto argument =
      open == std::string_view::npos ? std::string_view{} : variable.substr(open + 1, variable.rfind(')') - open - 1);
  if (name == "DEVICE_STATE" && has_module("func_devstate")) return write_device(argument, value);
  if (name == "PRESENCE_STATE" && has_module("func_presencestate")) return write_presence(argument, value);
  return {};
}

Asterisk::Written Asterisk::write_device(std::string_view device, const std::string& value) {
  const auto state = writable_device_state(value);
  if (!starts_without_case(device, kCustom) || device.size() == kCustom.size() || !state) return {};
  // The database keeps the whole name; the state is published under the name that fits.
  stored_devices_.insert_or_assign(std::string(device.substr(kCustom.size())), *state);
  const auto full = std::string(kCustom).append(device.substr(kCustom.size()));
  Written written{.accepted = true, .key = full.substr(0, kDeviceNameLimit)};
  written.events = set_device(written.key, *state);
  written.changed = !written.events.empty();
  return written;
}

Asterisk::Written Asterisk::write_presence(std::string_view presentity, const std::string& value) {
  if (!starts_without_case(presentity, kCustomPresence) || presentity.size() == kCustomPresence.size()) return {};
  const auto presence = parse_presence(value);
  if (!presence) return {};
  const bool changed = this->presence(presentity) != presence;
  return {.accepted = true,
          .key = std::string(presentity),
          .changed = changed,
          .events = set_presence(presentity, *presence)};
}

DeviceState Asterisk::device(std::string_view device) const {
  if (const auto known = devices_.find(device); known != devices_.end()) return known->second.state;
  const bool provider_found = device.starts_with(kCustom) && device.find('/') == std::string_view::npos;
  return provider_found ? DeviceState::unknown : DeviceState::invalid;
}

DeviceState Asterisk::lamp(std::string_view name) const {
  return aggregate({device(name), device(std::string(kCustom).append(name))});
}

std::optional<Presence> Asterisk::presence(std::string_view presentity) const {
  const auto found = presences_.find(presentity);
  return found == presences_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::pair<std::string, DeviceState>> Asterisk::devices() const {
  std::vector<std::pair<std::string, DeviceState>> result;
  for (const auto& [name, known] : devices_) {
    if (known.listed) result.emplace_back(name, known.state);
  }
  return result;
}

void Asterisk::restart() {
  std::erase_if(devices_, [](const auto& entry) { return entry.first.starts_with(kCustom); });
  for (auto& [name, known] : devices_) known = {DeviceState::not_inuse, false};
  for (const auto& [name, state] : stored_devices_) {
    const auto slash = name.rfind('/');
    const auto shown = std::string(kCustom).append(slash == std::string::npos ? name : name.substr(slash + 1));
    devices_.insert_or_assign(shown.substr(0, kDeviceNameLimit), Known{state, true});
  }
  std::erase_if(presences_, [](const auto& entry) { return !starts_without_case(entry.first, kCustomPresence); });
}

}  // namespace amibroker::sim
