// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/call_events.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace amibroker::sim {
namespace {

constexpr auto kTrunk = "PJSIP/trunk";
constexpr auto kStartOfAsterisk = "1795449916";  // of a recording; a Uniqueid begins with it
constexpr auto kUnknown = "<unknown>";

// Words of ast_state2str in Asterisk's main/channel.c.
std::string_view state_text(char state) {
  switch (state) {
    case '4': return "Ring";
    case '5': return "Ringing";
    case '6': return "Up";
    default: return "Down";
  }
}

std::string_view number_of(std::string_view device) { return device.substr(device.find('/') + 1); }

}  // namespace

std::vector<Fields> CallEvents::step(const std::string& device, DeviceState state) {
  const auto call = calls_.find(device);
  if (call == calls_.end()) return state == DeviceState::ringing ? begin(device) : std::vector<Fields>{};
  if (state == DeviceState::inuse && !call->second.answered) return answer(call->second);
  if (state != DeviceState::not_inuse) return {};
  auto events = end(call->second);
  calls_.erase(call);
  return events;
}

CallEvents::Channel CallEvents::new_channel(const std::string& device) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "-%08x", channels_);
  Channel channel;
  channel.name = device + number.data();
  channel.unique_id =
      (system_name_.empty() ? "" : system_name_ + '-') + kStartOfAsterisk + '.' + std::to_string(channels_);
  ++channels_;
  return channel;
}

std::vector<Fields> CallEvents::begin(const std::string& device) {
  Call call{new_channel(kTrunk), new_channel(device)};
  call.caller.linked_id = call.called.linked_id = call.caller.unique_id;
  call.caller.number = "0301234567";
  call.caller.extension = call.called.number = number_of(device);
  call.caller.state = '4';
  call.called.extension = "s";
  std::vector<Fields> events;
  events.push_back(event_of("Newchannel", call.caller));
  events.push_back(event_of("Newchannel", call.called));
  call.caller.connected = call.called.number;
  call.called.connected = call.caller.number;
  events.push_back(dial("DialBegin", call));
  events.back().emplace_back("DialString", call.called.number);
  call.called.state = '5';
  events.push_back(event_of("Newstate", call.called));
  calls_.insert_or_assign(device, std::move(call));
  return events;
}

std::vector<Fields> CallEvents::answer(Call& call) const {
  std::vector<Fields> events;
  call.answered = true;
  call.called.state = '6';
  events.push_back(event_of("Newstate", call.called));
  call.caller.state = '6';
  events.push_back(event_of("Newstate", call.caller));
  events.push_back(dial("DialEnd", call));
  events.back().emplace_back("DialStatus", "ANSWER");
  return events;
}

std::vector<Fields> CallEvents::end(const Call& call) const {
  std::vector<Fields> events;
  if (!call.answered) {
    events.push_back(dial("DialEnd", call));
    events.back().emplace_back("DialStatus", "NOANSWER");
  }
  events.push_back(call.answered ? hangup(call.called, "16", "Normal Clearing") : hangup(call.called, "0", "Unknown"));
  events.push_back(hangup(call.caller, "16", "Normal Clearing"));
  return events;
}

Fields CallEvents::event(std::string_view name, std::string_view privilege) const {
  Fields fields{{"Event", std::string(name)}, {"Privilege", std::string(privilege)}};
  if (!system_name_.empty()) fields.emplace_back("SystemName", system_name_);
  return fields;
}

Fields CallEvents::event_of(std::string_view name, const Channel& channel) const {
  auto fields = event(name, "call,all");
  add(fields, "", channel);
  return fields;
}

Fields CallEvents::dial(std::string_view name, const Call& call) const {
  auto fields = event_of(name, call.caller);
  add(fields, "Dest", call.called);
  return fields;
}

Fields CallEvents::hangup(const Channel& channel, std::string_view cause, std::string_view text) const {
  auto fields = event_of("Hangup", channel);
  fields.emplace_back("Cause", cause);
  fields.emplace_back("Cause-txt", text);
  return fields;
}

// In the order of ast_manager_build_channel_state_string_prefix (Asterisk: main/manager_channels.c).
void CallEvents::add(Fields& fields, const std::string& prefix, const Channel& channel) {
  const auto put = [&](const char* name, std::string_view value) { fields.emplace_back(prefix + name, value); };
  put("Channel", channel.name);
  put("ChannelState", {&channel.state, 1});
  put("ChannelStateDesc", state_text(channel.state));
  put("CallerIDNum", channel.number);
  put("CallerIDName", kUnknown);
  put("ConnectedLineNum", channel.connected.empty() ? kUnknown : channel.connected);
  put("ConnectedLineName", kUnknown);
  put("Language", "en");
  put("AccountCode", "");
  put("Context", "default");
  put("Exten", channel.extension);
  put("Priority", "1");
  put("Uniqueid", channel.unique_id);
  put("Linkedid", channel.linked_id);
}

}  // namespace amibroker::sim
