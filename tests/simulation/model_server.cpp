// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/model_server.hpp"

#include <string>

namespace amibroker::simulation {
namespace {

Answer acknowledged(std::string_view message) {
  return {false, {{{"Response", "Success"}, {"Message", std::string(message)}}}};
}

Answer denied(std::string_view message) { return {true, {{{"Response", "Error"}, {"Message", std::string(message)}}}}; }

void begin_list(Answer& answer) {
  answer.messages.push_back({{"Response", "Success"}, {"EventList", "start"}, {"Message", "Changes will follow"}});
}

void end_list(Answer& answer, std::string_view event) {
  const auto items = std::to_string(answer.messages.size() - 1);
  answer.messages.push_back({{"Event", std::string(event)}, {"EventList", "Complete"}, {"ListItems", items}});
}

}  // namespace

std::string_view header_of(const Action& action, std::string_view name) noexcept {
  for (std::size_t i = 0; i < action.size(); ++i)
    if (same_name(action[i].name, name)) return action[i].value;
  return {};
}

Answer ModelServer::run(const Action& action, bool late) {
  if (same_name(action.name(), "Setvar")) return set_variable(action, late);
  if (same_name(action.name(), "DeviceStateList")) return list_devices();
  if (same_name(action.name(), "PresenceStateList")) return list_presences();
  if (same_name(action.name(), "UserEvent")) return user_event(action);
  if (same_name(action.name(), "Ping")) return acknowledged("Pong");
  return denied("Invalid/unknown command");
}

Answer ModelServer::set_variable(const Action& action, bool late) {
  const std::string_view variable = header_of(action, "Variable");
  const std::string value(header_of(action, "Value"));
  if (refusing) return denied("Variable not set");
  sim::Asterisk::Written written = asterisk.set_variable(variable, value);
  if (!written.accepted) return denied("Variable not set");
  if (!late) world_.ledger.executed(id_, variable, value, written.changed);
  publish_all(std::move(written.events));
  return acknowledged("Variable Set");
}

Answer ModelServer::list_devices() const {
  Answer answer;
  begin_list(answer);
  for (const auto& [device, state] : asterisk.devices())
    answer.messages.push_back(
        {{"Event", "DeviceStateChange"}, {"Device", device}, {"State", std::string(sim::to_string(state))}});
  end_list(answer, "DeviceStateListComplete");
  return answer;
}

Answer ModelServer::list_presences() const {
  Answer answer;
  begin_list(answer);
  for (const auto& [presentity, presence] : asterisk.presences()) {
    sim::Fields item{{"Event", "PresenceStateChange"}};
    for (auto& field : sim::Asterisk::presence_fields(presentity, presence)) item.push_back(std::move(field));
    answer.messages.push_back(std::move(item));
  }
  end_list(answer, "PresenceStateListComplete");
  return answer;
}

Answer ModelServer::user_event(const Action& action) {
  sim::Fields event = asterisk.event("UserEvent", "user,all");
  event.emplace_back("UserEvent", header_of(action, "UserEvent"));
  for (std::size_t i = 0; i < action.size(); ++i)
    if (!same_name(action[i].name, "UserEvent")) event.emplace_back(action[i].name, action[i].value);
  if (const std::string_view mark = header_of(action, "Mark"); !mark.empty())
    world_.ledger.marked(id_, mark.substr(0, mark.rfind('-')), header_of(action, "Leads") == "yes",
                         world_.agenda.now());
  if (!hides_fences) publish(std::move(event));
  return acknowledged("Event Sent");
}

/// A dialplan sets a custom device with the same function as we do, so that it is stored.
std::vector<sim::Fields> ModelServer::set(std::string_view device, sim::DeviceState state) {
  if (!device.starts_with("Custom:")) return asterisk.set_device(device, state);
  const std::string variable = "DEVICE_STATE(" + std::string(device) + ")";
  return asterisk.set_variable(variable, std::string(to_string(state))).events;
}

bool ModelServer::change(std::string_view device, sim::DeviceState state) {
  std::vector<sim::Fields> events = set(device, state);
  const bool changed = !events.empty();
  publish_all(std::move(events));
  return changed;
}

void ModelServer::change(std::string_view presentity, const sim::Presence& presence) {
  publish_all(asterisk.set_presence(presentity, presence));
}

void ModelServer::boot() {
  last_number_ = 0;
  asterisk.restart();
}

void ModelServer::publish_presences() {
  const auto stored = asterisk.presences();
  for (const auto& [presentity, presence] : stored) publish_all(asterisk.set_presence(presentity, presence));
}

void ModelServer::publish(sim::Fields event) {
  ++last_number_;
  for (const Publisher& publisher : publishers_) publisher(event, world_.scenario.numbered[id_] ? last_number_ : 0);
}

void ModelServer::publish_all(std::vector<sim::Fields> events) {
  for (sim::Fields& event : events) {
    if (duplicate_chance > 0 && world_.network.happens(duplicate_chance)) {
      const bool device = world_.scenario.subject == Subject::device_state;
      world_.ledger.repeated(sim::value_of(event, device ? "Device" : "Presentity"));
      publish(event);
    }
    publish(std::move(event));
  }
}

}  // namespace amibroker::simulation
