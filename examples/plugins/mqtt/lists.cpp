// SPDX-License-Identifier: Apache-2.0
#include "lists.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "topic.hpp"

namespace mqtt {
namespace {

using namespace std::chrono_literals;
using amibroker::Outcome;
using amibroker::Reply;
using amibroker::ServerId;

/// Most items of a list that are read in one go.
constexpr std::size_t slice = 500;
/// Until the server surely knows of the subscriptions.
constexpr auto first_pause = 5s;
/// Least time between two lists, so that a server that loses events all the time does not list all the time.
constexpr auto pause = 10s;

constexpr std::array kinds_of_states{Kind::device, Kind::presence};

constexpr std::string_view action_of(Kind kind) noexcept {
  return kind == Kind::device ? "DeviceStateList" : "PresenceStateList";
}

constexpr std::string_view name_of(Kind kind) noexcept { return kind == Kind::device ? "Device" : "Presentity"; }
constexpr std::string_view state_of(Kind kind) noexcept { return kind == Kind::device ? "State" : "Status"; }

constexpr std::string_view event_of(Kind kind) noexcept {
  return kind == Kind::device ? "DeviceStateChange" : "PresenceStateChange";
}

}  // namespace

Lists::Lists(amibroker::Host& host, States& states, std::chrono::seconds interval, bool presence, Item item)
    : host_(host), states_(states), interval_(interval), presence_(presence), item_(std::move(item)) {}

void Lists::server_up(ServerId server, States::Place& place) {
  at(server).place = &place;
  for (const Kind kind : kinds()) {
    at(server).kinds[static_cast<std::size_t>(kind)] = Reading{};
    ask(server, kind);
  }
}

void Lists::server_down(ServerId server) { at(server) = Server{.place = nullptr, .life = at(server).life + 1}; }

void Lists::soon(ServerId server) {
  if (at(server).place == nullptr) return;
  for (const Kind kind : kinds()) {
    Reading& reading = at(server).kinds[static_cast<std::size_t>(kind)];
    reading.again = reading.under_way;
    reading.due = std::min(reading.due, std::max(host_.now() + 1s, reading.last + pause));
  }
}

void Lists::tick() {
  const TimePoint now = host_.now();
  for (ServerId server = 0; server < servers_.size(); ++server)
    for (const Kind kind : kinds()) {
      const Reading& reading = servers_[server].kinds[static_cast<std::size_t>(kind)];
      if (servers_[server].place != nullptr && !reading.under_way && now >= reading.due) ask(server, kind);
    }
}

void Lists::ask(ServerId server, Kind kind) {
  at(server).kinds[static_cast<std::size_t>(kind)].under_way = true;
  states_.begin_list(*at(server).place, kind);
  // A list of 100,000 names takes a second or two.
  host_.request(server, amibroker::Action(action_of(kind)), 10s,
                [this, server, kind](const Reply& reply) { answered(server, kind, reply); });
}

void Lists::answered(ServerId server, Kind kind, const Reply& reply) {
  if (at(server).place == nullptr) return;
  Reading& reading = at(server).kinds[static_cast<std::size_t>(kind)];
  if (!reply.ok()) {
    reading.under_way = false;
    reading.last = host_.now();
    say_refused(server, kind, reply, reading);
    reading.due = reading.last + (reply.outcome == Outcome::error ? 60s : 5s);
    return;
  }
  copy(kind, reply.messages, reading);
  states_.expect(*at(server).place, kind, reading.items.size());
  read_slice(server, kind);
}

void Lists::copy(Kind kind, std::span<const amibroker::Message> messages, Reading& reading) {
  for (const amibroker::Message& message : messages) {
    if (!amibroker::same_name(message.event(), event_of(kind))) continue;
    // One that is too long is no name, and is counted as such without being kept.
    const std::string_view name = message[name_of(kind)].substr(0, longest_name + 1);
    reading.items.emplace_back(name, known_state(kind, message[state_of(kind)]));
  }
}

void Lists::read_slice(ServerId server, Kind kind) {
  Reading& reading = at(server).kinds[static_cast<std::size_t>(kind)];
  for (std::size_t read = 0; read < slice && !reading.items.empty(); ++read) {
    item_(server, kind, reading.items.front().first, reading.items.front().second);
    reading.items.pop_front();
  }
  if (reading.items.empty()) {
    const auto next = states_.end_list(*at(server).place, kind, reading.ended);
    if (!next) return end(server, kind);
    reading.ended = *next;
  }
  host_.after(1ms, [this, server, kind, life = at(server).life] {
    if (at(server).life == life) read_slice(server, kind);
  });
}

void Lists::end(ServerId server, Kind kind) {
  Reading& reading = at(server).kinds[static_cast<std::size_t>(kind)];
  reading.under_way = false;
  reading.ended = 0;
  reading.last = host_.now();
  const bool again = std::exchange(reading.again, false);
  // Spread, so that not all servers that came up at once are read at once for ever.
  const std::chrono::seconds later = interval_ + std::chrono::seconds(server % 60);
  const bool is_first = std::exchange(reading.first, false);
  reading.due = reading.last + (is_first ? first_pause : again ? pause : later);
}

void Lists::say_refused(ServerId server, Kind kind, const Reply& reply, Reading& reading) {
  if (reply.outcome != Outcome::error && reply.outcome != Outcome::refused) return;
  if (std::exchange(reading.refused, true)) return;
  std::string line(host_.servers()[server].name);
  line.append(" does not list its states: ").append(action_of(kind)).append(": ").append(reply.text);
  host_.log(amibroker::Level::warning,
            line.append(kind == Kind::device ? "; it needs the module res_manager_devicestate.so"
                                             : "; it needs the module res_manager_presencestate.so"));
}

Lists::Server& Lists::at(ServerId server) {
  if (server >= servers_.size()) servers_.resize(server + 1);
  return servers_[server];
}

std::span<const Kind> Lists::kinds() const noexcept {
  return std::span<const Kind>(kinds_of_states).first(presence_ ? 2 : 1);
}

}  // namespace mqtt
