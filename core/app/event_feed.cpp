// SPDX-License-Identifier: Apache-2.0
#include "core/app/event_feed.hpp"

#include <fnmatch.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/app/json_parts.hpp"

namespace amibroker::app {
namespace {

using control::Arguments;
using control::Json;
using control::Notice;
using Type = control::ArgumentSpec::Type;

/// For a browser or a program that comes back after its connection broke.
constexpr std::chrono::seconds linger{60};

/// Where events say what they are about; the first one that says something counts.
constexpr std::array<std::string_view, 10> subjects{"Device",   "Presentity", "Mailbox", "Peer",   "EndpointName",
                                                    "Endpoint", "Queue",      "Exten",   "Bridge", "Channel"};

/// The tags of a notice, by their places.
enum Tag : std::size_t { section, name, event, subject };

/// Names come from servers, and may be no UTF-8.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A field that comes several times is an array.
Json fields_json(const std::vector<std::pair<std::string, std::string>>& fields) {
  Json json = Json::object();
  for (const auto& [field, value] : fields) {
    Json& place = json[field];
    if (place.is_null()) place = value;
    else if (place.is_array()) place.push_back(value);
    else place = Json::array({std::move(place), value});
  }
  return json;
}

/// Globs as those of `include`: case counts in names, not in the names of events.
bool matches(const std::optional<std::string>& glob, const std::string& text, int flags = 0) {
  return !glob || fnmatch(glob->c_str(), text.c_str(), flags) == 0;
}

control::Feed::Filter filter_of(const Arguments& arguments) {
  return [wanted_server = arguments.text("server"), wanted_name = arguments.text("name"),
          wanted_event = arguments.text("event")](const Notice& notice) {
    const auto& tags = notice.tags;
    return (matches(wanted_server, tags[section]) || matches(wanted_server, tags[name])) &&
           matches(wanted_name, tags[subject]) && matches(wanted_event, tags[event], FNM_CASEFOLD);
  };
}

control::Feed::Spec make_spec() {
  const auto started =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
  control::Feed::Spec spec;
  spec.arguments = {{"server", Type::text, false, "only of servers whose section or name matches this glob"},
                    {"name", Type::text, false, "only if what the event is about matches this glob: PJSIP/1*"},
                    {"event", Type::text, false, "only events whose name matches this glob, without case"}};
  spec.filter = filter_of;
  spec.linger = linger;
  spec.base = static_cast<std::uint64_t>(started.count());
  return spec;
}

}  // namespace

std::string_view subject_of(const Message& message) noexcept {
  for (const std::string_view field : subjects)
    if (const std::string_view value = message[field]; !value.empty()) return value;
  return {};
}

EventFeed::EventFeed(dispatch::Dispatcher& dispatcher, const host::PluginHost& plugins, const link::Servers& servers)
    : dispatcher_(dispatcher), plugins_(plugins), servers_(servers), feed_(make_spec()) {
  dispatcher_.set_event_watcher(this);
}

EventFeed::~EventFeed() { dispatcher_.set_event_watcher(nullptr); }

void EventFeed::saw_event(ServerId server, const Message& message) {
  const std::string& own_section = servers_.at(server).config().section;
  std::string own_name(plugins_.servers()[server].name);
  std::vector<std::pair<std::string, std::string>> fields;
  fields.reserve(message.size());
  std::size_t bytes = 0;
  for (const Field& field : message) {
    bytes += field.name.size() + field.value.size() + 2 * sizeof(std::string);
    if (!same_name(field.name, "Event")) fields.emplace_back(field.name, field.value);
  }
  Notice notice{"event", {}, {own_section, own_name, std::string(message.event()), std::string(subject_of(message))}};
  notice.write = [at = std::chrono::steady_clock::now(), section = own_section, own_name,
                  event = std::string(message.event()), fields = std::move(fields)] {
    return text_of({{"at", time_text(at)},
                    {"server", section},
                    {"name", own_name},
                    {"event", event},
                    {"fields", fields_json(fields)}});
  };
  notice.bytes = bytes;
  feed_.publish(std::move(notice));
}

void EventFeed::saw_up(ServerId server) { tell(server, "ServerUp", Json::object()); }
void EventFeed::saw_down(ServerId server) { tell(server, "ServerDown", Json::object()); }
void EventFeed::saw_events_lost(ServerId server, std::uint64_t count) {
  tell(server, "EventsLost", {{"count", count == 0 ? Json(nullptr) : Json(count)}});
}

/// What the broker itself has to say of a server: as an event, so that the same filters hold for it.
void EventFeed::tell(ServerId server, const char* what, Json more) {
  const std::string& own_section = servers_.at(server).config().section;
  std::string own_name(plugins_.servers()[server].name);
  more.update({{"at", time_text(std::chrono::steady_clock::now())},
               {"server", own_section},
               {"name", own_name},
               {"event", what}});
  feed_.publish({"server", text_of(more), {own_section, std::move(own_name), what, {}}});
}

}  // namespace amibroker::app
