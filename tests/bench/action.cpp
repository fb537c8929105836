// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/action.hpp"

#include <cstring>

namespace amibroker::bench {

std::string_view find_value(std::string_view json, std::string_view key) {
  const char* const end = json.data() + json.size();
  const auto left = [end](const char* at) { return static_cast<std::size_t>(end - at); };
  const void* const found = memmem(json.data(), json.size(), key.data(), key.size());
  if (found == nullptr) return {};
  const char* at = static_cast<const char*>(found) + key.size();
  while (at < end && (*at == ':' || *at == ' ')) ++at;
  if (at == end || *at != '"') return {};
  ++at;
  const void* const quote = std::memchr(at, '"', left(at));
  if (quote == nullptr) return {};
  return {at, left(at) - left(static_cast<const char*>(quote))};
}

Action Action::read(std::string_view json) {
  Action action;
  action.name = find_value(json, "\"Action\"");
  action.id = find_value(json, "\"ActionID\"");
  if (action.name == "Setvar" || action.name == "SetVar") {
    action.variable = find_value(json, "\"Variable\"");
    action.value = find_value(json, "\"Value\"");
  }
  return action;
}

void append_reply(std::string& out, const Action& action, std::string_view system_name) {
  if (action.name.empty() || action.id.empty()) {
    out.append(R"([{"Response":"Error"},{"Message":"Internal error."}])");
    return;
  }
  out.append(R"([{"Response":"Success","ActionID":")").append(action.id);
  if (!action.variable.empty()) {
    out.append(R"(","Message":"Variable Set"}])");
  } else if (action.name == "Ping") {
    out.append(R"(","Ping":"Pong","Timestamp":"1795449912.668318"}])");
  } else {
    out.append(R"(","SystemName":")").append(system_name).append(R"("}])");
  }
}

std::string user_event(const Action& action, std::string_view json, std::string_view system_name) {
  std::string event = R"({"Event":"UserEvent","Privilege":"user,all","SystemName":")";
  event.append(system_name).append(R"(","UserEvent":")").append(find_value(json, "\"UserEvent\":"));
  event.append(R"(","ActionID":")").append(action.id);
  event.append(R"(","Fence":")").append(find_value(json, "\"Fence\"")).append(R"("})");
  return event;
}

void append_list_reply(std::string& out, const Action& action, std::string_view items, std::size_t count) {
  const std::string_view what = action.name == "DeviceStateList" ? "Device State Changes" : "Presence State Changes";
  out.append(R"([{"Response":"Success","ActionID":")").append(action.id);
  out.append(R"(","EventList":"start","Message":")").append(what).append(R"( will follow"})");
  if (count > 0) out.append(",").append(items);
  out.append(R"(,{"Event":")").append(action.name).append(R"(Complete","ActionID":")").append(action.id);
  out.append(R"(","EventList":"Complete","ListItems":")").append(std::to_string(count)).append(R"("}])");
}

}  // namespace amibroker::bench
