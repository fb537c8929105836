// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/visit.hpp"

#include <utility>

#include "core/base/printable.hpp"
#include "core/link/native/event_mask.hpp"

namespace amibroker::doctor {
namespace {

constexpr std::size_t longest_name = 80;
constexpr std::size_t most_hints = 20'000;  // of a server
constexpr std::size_t most_custom_devices = 100'000;
constexpr std::string_view custom = "Custom:";

/// Asterisk's database keeps the device by its name without `Custom:`.
std::string database_key() { return std::string(test_device.substr(custom.size())); }

Action set_device(std::string_view state) {
  return std::move(
      Action("Setvar").add("Variable", "DEVICE_STATE(" + std::string(test_device) + ")").add("Value", state));
}

bool is_native(const link::ServerConfig& config) { return config.transport->name == "ami"; }

}  // namespace

std::string system_name_of(std::span<const Message> settings) {
  return base::printable(settings.front()["SystemName"], longest_name);
}

void take_hints(std::span<const Message> messages, std::vector<Hint>& hints) {
  for (const Message& message : messages) {
    if (hints.size() >= most_hints) return;
    if (auto hint = read_hint(message)) hints.push_back(*std::move(hint));
  }
}

Action hint_list_action() { return Action("ExtensionStateList"); }

Visit::Visit(base::EventLoop& loop, Contact& contact, const Limits& limits, InsideSeen& seen, HintsSeen& hints,
             std::function<void()> done)
    : loop_(loop), contact_(contact), limits_(limits), seen_(seen), hints_(hints), done_(std::move(done)) {}

Visit::~Visit() { ended_ = true; }

void Visit::begin() {
  limit_ = loop_.after(limits_.answers, [this] {
    limit_ = 0;
    end();
  });
  ask_who_it_is();
  ask_for_rights();
  ask_for_modules();
  write();
  ask_for_lists();  // last, for they may be long
}

void Visit::ask(const Action& action, Reply& reply, Contact::Heard more) {
  contact_.ask(action, [this, &reply, more = std::move(more)](std::span<const Message> messages) {
    if (ended_) return;
    reply = read_reply(messages);
    if (more && reply.is(Reply::Kind::success)) more(messages);
    look_if_done();
  });
}

void Visit::ask_who_it_is() {
  ask(Action("Ping"), seen_.ping, [this, asked = Clock::now()](std::span<const Message>) {
    seen_.ping_time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked);
  });
  ask(Action("CoreSettings"), seen_.settings, [this](std::span<const Message> messages) {
    seen_.version = base::printable(messages.front()["AsteriskVersion"], longest_name);
    seen_.system_name = system_name_of(messages);
  });
}

/// Filters also keep a busy server from sending us everything.
void Visit::ask_for_rights() {
  if (!is_native(contact_.config())) return;
  const link::Interest wanted{.names = {"DeviceStateChange", "UserEvent"}};
  for (const std::string& filter : link::native::event_filters_of(wanted))
    ask(std::move(Action("Filter").add("Operation", "Add").add("Filter", filter)), seen_.filter);
}

void Visit::ask_for_modules() {
  for (std::size_t i = 0; i < modules.size(); ++i)
    ask(std::move(Action("ModuleCheck").add("Module", modules[i])), seen_.module_checks[i]);
  // Over ZeroMQ it would crash Asterisk (core/link/zmq/refusals.hpp).
  if (!is_native(contact_.config())) return;
  ask(std::move(Action("Getvar").add("Variable", "PRESENCE_STATE(CustomPresence:zmq-ami-broker:doctor,value)")),
      seen_.presence_read,
      [this](std::span<const Message> messages) { seen_.presence_value = messages.front()["Value"]; });
}

void Visit::ask_for_lists() {
  ask(hint_list_action(), seen_.hint_list,
      [this](std::span<const Message> messages) { take_hints(messages, hints_.here.hints); });
  ask(Action("DeviceStateList"), seen_.device_list, [this](std::span<const Message> messages) {
    for (const Message& message : messages)
      if (const auto device = message["Device"];
          device.starts_with(custom) && hints_.custom_devices.size() < most_custom_devices)
        hints_.custom_devices.emplace_back(device);
  });
  ask(Action("PresenceStateList"), seen_.presence_list);
}

/// Events follow a change alone, so there is one whatever the device said before; and each round takes back what it
/// wrote, so a connection that breaks leaves little.
void Visit::write_once() {
  ask(std::move(Action("UserEvent").add("UserEvent", test_event)), seen_.user_event);
  written_at_ = Clock::now();
  Reply& reply = seen_.write;
  contact_.ask(set_device("INVALID"), [](std::span<const Message>) {});
  ask(set_device("INUSE"), reply);
  contact_.ask(set_device("INVALID"), [](std::span<const Message>) {});
  contact_.ask(std::move(Action("DBDel").add("Family", "CustomDevstate").add("Key", database_key())),
               [this](std::span<const Message>) {
                 if (!ended_) look_if_done();
               });
}

void Visit::write() {
  patience_ = loop_.after(limits_.event, [this] {
    patience_ = 0;
    events_given_up_ = true;
    look_if_done();
  });
  again_ = loop_.every(limits_.event_again, [this] {
    if (awaits_events()) write_once();
  });
  write_once();
}

bool Visit::awaits_events() const {
  const auto may_come = [](const Reply& reply) {
    return reply.is(Reply::Kind::none) || reply.is(Reply::Kind::success);
  };
  return !events_given_up_ &&
         ((may_come(seen_.user_event) && !seen_.user_event_came) || (may_come(seen_.write) && !seen_.write_event_time));
}

void Visit::take(const Message& event) {
  if (ended_) return;
  const std::string_view name = event.event();
  if (same_name(name, "FullyBooted")) seen_.fully_booted_came = true;
  if (same_name(name, "UserEvent") && event["UserEvent"] == test_event) seen_.user_event_came = true;
  if (same_name(name, "DeviceStateChange") && event["Device"] == test_device && event["State"] == "INUSE" &&
      !seen_.write_event_time)
    seen_.write_event_time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - written_at_);
  if (limit_ != 0) look_if_done();
}

void Visit::look_if_done() {
  if (contact_.all_answered() && !awaits_events()) end();
}

void Visit::end() {
  if (std::exchange(ended_, true)) return;
  for (base::TimerHandle* const timer : {&again_, &patience_, &limit_}) loop_.cancel(std::exchange(*timer, 0));
  done_();
}

}  // namespace amibroker::doctor
