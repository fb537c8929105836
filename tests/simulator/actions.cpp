// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/actions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "tests/simulator/text.hpp"

namespace amibroker::sim {
namespace {

// They look at the AMI session of their sender, which an action through a module does not have.
constexpr std::array<std::string_view, 8> kCrashing{"GetVar",    "Status",    "ListCommands", "Events",
                                                    "Challenge", "WaitEvent", "Filter",       "Hangup"};

void begin_list(ActionResult& result, std::string_view message) {
  auto fields = answer("Success", result);
  fields.emplace_back("EventList", "start");
  fields.emplace_back("Message", message);
  result.replies.push_back(std::move(fields));
}

void add_item(ActionResult& result, std::string_view event, const Fields& rest) {
  Fields fields{{"Event", std::string(event)}};
  if (!result.action_id.empty()) fields.emplace_back("ActionID", result.action_id);
  fields.insert(fields.end(), rest.begin(), rest.end());
  result.replies.push_back(std::move(fields));
}

void end_list(ActionResult& result, std::string_view event) {
  const auto items = result.replies.size() - 1;
  add_item(result, event, {{"EventList", "Complete"}, {"ListItems", std::to_string(items)}});
}

void ping(Asterisk&, const Fields&, ActionResult& result) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(micros / 1'000'000),
                static_cast<long long>(micros % 1'000'000));
  auto fields = answer("Success", result);
  fields.emplace_back("Ping", "Pong");
  fields.emplace_back("Timestamp", text.data());
  result.replies.push_back(std::move(fields));
}

void set_variable(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto variable = value_of(action, "Variable");
  if (variable.empty()) return deny(result, "No variable specified");
  if (!value_of(action, "Channel").empty()) return deny(result, "No such channel");
  const std::string value(value_of(action, "Value"));
  auto written = asterisk.set_variable(variable, value);
  if (!written.accepted) return deny(result, "Variable not set");
  acknowledge(result, "Variable Set");
  result.events = std::move(written.events);
  result.written_key = std::move(written.key);
  result.written_value = value;
  result.changed = written.changed;
}

void list_devices(Asterisk& asterisk, const Fields&, ActionResult& result) {
  begin_list(result, "Device State Changes will follow");
  for (const auto& [device, state] : asterisk.devices()) {
    add_item(result, "DeviceStateChange", {{"Device", device}, {"State", std::string(to_string(state))}});
  }
  end_list(result, "DeviceStateListComplete");
}

void list_presences(Asterisk& asterisk, const Fields&, ActionResult& result) {
  begin_list(result, "Presence State Changes will follow");
  for (const auto& [presentity, presence] : asterisk.presences()) {
    add_item(result, "PresenceStateChange", Asterisk::presence_fields(presentity, presence));
  }
  end_list(result, "PresenceStateListComplete");
}

void list_mailboxes(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto wanted = value_of(action, "Mailbox");
  if (wanted.empty()) return deny(result, "Missing mailbox parameter in request");
  begin_list(result, "Mailboxes will follow");
  for (const auto& [mailbox, counts] : asterisk.mailboxes()) {
    if (wanted != "/./" && wanted != mailbox) continue;  // of regular expressions only the one that all match
    add_item(result, "MWIGet",
             {{"Mailbox", mailbox},
              {"OldMessages", std::to_string(counts.olds)},
              {"NewMessages", std::to_string(counts.news)}});
  }
  end_list(result, "MWIGetComplete");
}

void update_mailbox(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto mailbox = value_of(action, "Mailbox");
  if (mailbox.empty()) return deny(result, "Missing mailbox parameter in request");
  MessageCounts counts;
  for (auto [header, count] : {std::pair{"OldMessages", &counts.olds}, {"NewMessages", &counts.news}}) {
    const auto text = value_of(action, header);
    if (!text.empty() && std::from_chars(text.data(), text.data() + text.size(), *count).ec != std::errc())
      return deny(result, std::string("Invalid ") + header + ": " + std::string(text));
  }
  const auto known = asterisk.mailboxes().find(mailbox);
  result.changed = known == asterisk.mailboxes().end() || known->second != counts;
  result.events = asterisk.set_mailbox(mailbox, counts);
  result.written_key = mailbox;
  result.written_value = std::to_string(counts.news) + "/" + std::to_string(counts.olds);
  result.replies.push_back(answer("Success", result));
}

void delete_mailbox(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto mailbox = value_of(action, "Mailbox");
  if (mailbox.empty()) return deny(result, "Missing mailbox parameter in request");
  result.events = asterisk.delete_mailbox(mailbox);
  result.replies.push_back(answer("Success", result));
}

void user_event(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  acknowledge(result, "Event Sent");
  auto event = asterisk.event("UserEvent", "user,all");
  event.emplace_back("UserEvent", value_of(action, "UserEvent"));
  for (const auto& field : action) {
    if (equal_without_case(field.first, "Action") || equal_without_case(field.first, "UserEvent")) continue;
    event.push_back(field);
  }
  result.events.push_back(std::move(event));
}

void core_status(Asterisk&, const Fields&, ActionResult& result) {
  auto fields = answer("Success", result);
  for (const auto* name : {"CoreStartupDate", "CoreReloadDate"}) {
    fields.emplace_back(name, "2026-11-23");
    fields.emplace_back(std::string(name).replace(std::string(name).size() - 4, 4, "Time"), "16:04:04");
  }
  fields.emplace_back("CoreCurrentCalls", "0");
  fields.emplace_back("CoreProcessedCalls", "0");
  result.replies.push_back(std::move(fields));
}

void core_settings(Asterisk& asterisk, const Fields&, ActionResult& result) {
  auto fields = answer("Success", result);
  fields.emplace_back("AMIversion", "11.0.0");
  fields.emplace_back("AsteriskVersion", "simulated");
  fields.emplace_back("SystemName", asterisk.options().system_name);
  result.replies.push_back(std::move(fields));
}

void check_module(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  if (!asterisk.has_module(value_of(action, "Module"))) return deny(result, "Module not loaded");
  auto fields = answer("Success", result);
  fields.emplace_back("Version", "");
  result.replies.push_back(std::move(fields));
}

/// An unknown function has an empty value.
void get_variable(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto variable = value_of(action, "Variable");
  const bool is_known = variable.starts_with("PRESENCE_STATE(") && asterisk.has_module("func_presencestate");
  auto fields = answer("Success", result);
  fields.emplace_back("Variable", variable);
  fields.emplace_back("Value", is_known ? "not_set" : "");
  result.replies.push_back(std::move(fields));
}

void delete_entry(Asterisk&, const Fields&, ActionResult& result) { acknowledge(result, "Key deleted successfully"); }

void list_hints(Asterisk& asterisk, const Fields&, ActionResult& result) {
  begin_list(result, "Extension Statuses will follow");
  for (const HintLine& line : asterisk.options().hints)
    if (!line.of_a_pattern)
      add_item(result, "ExtensionStatus",
               {{"Exten", line.extension}, {"Context", line.context}, {"Hint", line.hint}, {"Status", "0"}});
  end_list(result, "ExtensionStateListComplete");
}

void show_hint(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  const auto exten = value_of(action, "Exten");
  const auto context = value_of(action, "Context");
  const auto& hints = asterisk.options().hints;
  const auto found = std::find_if(hints.begin(), hints.end(), [&](const HintLine& line) {
    return line.extension == exten && line.context == context;
  });
  auto fields = answer("Success", result);
  fields.emplace_back("Exten", exten);
  fields.emplace_back("Context", context);
  fields.emplace_back("Hint", found == hints.end() ? "" : found->hint);
  fields.emplace_back("Status", found == hints.end() ? "-1" : "0");
  result.replies.push_back(std::move(fields));
}

struct Known {
  std::string_view name;
  void (*run)(Asterisk&, const Fields&, ActionResult&);
  std::string_view module{};  ///< that brings it
};

constexpr std::array<Known, 15> kActions{{{"Setvar", set_variable},
                                          {"Getvar", get_variable},
                                          {"ModuleCheck", check_module},
                                          {"DBDel", delete_entry},
                                          {"ExtensionStateList", list_hints},
                                          {"ExtensionState", show_hint},
                                          {"Ping", ping},
                                          {"DeviceStateList", list_devices, "res_manager_devicestate"},
                                          {"PresenceStateList", list_presences, "res_manager_presencestate"},
                                          {"UserEvent", user_event},
                                          {"CoreStatus", core_status},
                                          {"CoreSettings", core_settings},
                                          {"MWIGet", list_mailboxes},
                                          {"MWIUpdate", update_mailbox},
                                          {"MWIDelete", delete_mailbox}}};

void refuse(ActionResult& result, std::string reason) {
  result.error = true;
  result.refusal = std::move(reason);
}

}  // namespace

Fields answer(std::string_view response, const ActionResult& result) {
  Fields fields{{"Response", std::string(response)}};
  if (!result.action_id.empty()) fields.emplace_back("ActionID", result.action_id);
  return fields;
}

void acknowledge(ActionResult& result, std::string_view message) {
  auto fields = answer("Success", result);
  fields.emplace_back("Message", message);
  result.replies.push_back(std::move(fields));
}

void deny(ActionResult& result, std::string_view message) {
  auto fields = answer("Error", result);
  fields.emplace_back("Message", message);
  result.replies.push_back(std::move(fields));
  result.error = true;
}

void run_action(Asterisk& asterisk, const Fields& action, ActionResult& result) {
  // AMI compares names of actions without case.
  const auto known = std::find_if(kActions.begin(), kActions.end(),
                                  [&](const Known& one) { return equal_without_case(one.name, result.name); });
  if (known != kActions.end() && asterisk.has_module(known->module)) return known->run(asterisk, action, result);
  refuse(result, "Invalid/unknown command: " + result.name + ". Use Action: ListCommands to show available commands.");
}

ActionResult run_action(Asterisk& asterisk, Module module, std::string_view frame) {
  auto action = parse_action(module, frame);
  ActionResult result;
  result.name = value_of(action.fields, "Action");
  result.action_id = std::move(action.action_id);
  if (!action.error.empty()) {
    refuse(result, std::move(action.error));
    return result;
  }
  const auto is_named = [&](std::string_view name) { return equal_without_case(name, result.name); };
  if (std::any_of(kCrashing.begin(), kCrashing.end(), is_named)) {
    result.crashed = module == Module::original;
    refuse(result,
           "'" + result.name + "' is refused: it reads the AMI session of its sender, and Asterisk would crash.");
  } else {
    run_action(asterisk, action.fields, result);
  }
  return result;
}

}  // namespace amibroker::sim
