// SPDX-License-Identifier: Apache-2.0
#include "states.hpp"

#include <algorithm>
#include <utility>

#include "topic.hpp"

namespace mqtt {
namespace {

constexpr std::array<std::string_view, 9> device_states{"UNKNOWN",     "NOT_INUSE", "INUSE",     "BUSY",  "INVALID",
                                                        "UNAVAILABLE", "RINGING",   "RINGINUSE", "ONHOLD"};
constexpr std::array<std::string_view, 8> presence_states{"not_set", "unavailable", "available", "away",
                                                          "xa",      "chat",        "dnd",       "invalid"};

/// Most names that are looked at in one go.
constexpr std::size_t slice = 1000;

std::size_t index(Kind kind) noexcept { return static_cast<std::size_t>(kind); }

}  // namespace

std::string_view known_state(Kind kind, std::string_view text) noexcept {
  const auto look = [text](const auto& states) {
    const auto found = std::find(states.begin(), states.end(), text);
    return found == states.end() ? std::string_view() : *found;
  };
  return kind == Kind::device ? look(device_states) : look(presence_states);
}

States::States(std::string prefix, std::size_t max_names) : prefix_(std::move(prefix)), max_names_(max_names) {}
States::~States() = default;

States::Place& States::place(std::string_view section) {
  const auto found = places_.find(section);
  if (found != places_.end()) return found->second;
  Place& place = places_[std::string(section)];
  place.topic = prefix_ + "/";
  append_level(place.topic, section);
  return place;
}

void States::set_status(Place& place, std::string_view status) {
  if (place.status == status) return;
  place.status = status;
  if (std::exchange(place.status_waits, true)) return;
  waiting_.push_back({&place, Kind::device, nullptr});
}

States::Taken States::set(Place& place, Kind kind, std::string_view name, std::string_view state) {
  return put(place, kind, name, state, false);
}

void States::begin_list(Place& place, Kind kind) { ++place.list[index(kind)]; }

void States::expect(Place& place, Kind kind, std::size_t names) {
  place.names[index(kind)].reserve(std::min(names, max_names_));
}

States::Taken States::set_listed(Place& place, Kind kind, std::string_view name, std::string_view state) {
  return put(place, kind, name, state, true);
}

std::optional<std::size_t> States::end_list(Place& place, Kind kind, std::size_t from) {
  const std::uint32_t list = place.list[index(kind)];
  const auto& order = place.order[index(kind)];
  const std::size_t end = std::min(order.size(), from + slice);
  for (; from < end; ++from)
    if (order[from]->second.heard != list) change(place, kind, *order[from], {});
  return end < order.size() ? std::optional(end) : std::nullopt;
}

void States::clear(Place& place) {
  set_status(place, {});
  for (const Kind kind : {Kind::device, Kind::presence})
    for (Names::value_type& name : place.names[index(kind)]) change(place, kind, name, {});
}

/// Some of what is to be published anew, so that it takes no more time at once than a slice.
void States::fill_again() {
  while (again_ && waiting_.empty()) {
    if (again_->place == nullptr) {
      const auto next = again_->section.empty() ? places_.begin() : places_.upper_bound(again_->section);
      if (next == places_.end()) return again_.reset();
      *again_ = Again{next->first, &next->second, 0, 0};
      if (next->second.status_sent != round_) {
        next->second.status_waits = true;
        waiting_.push_back({&next->second, Kind::device, nullptr});
      }
    }
    const auto& order = again_->place->order[again_->kind];
    const std::size_t end = std::min(order.size(), again_->from + slice);
    for (; again_->from < end; ++again_->from) {
      Names::value_type& name = *order[again_->from];
      if (name.second.sent == round_) continue;  // it was waiting when the round began, or changed since
      name.second.waits = true;
      waiting_.push_back({again_->place, static_cast<Kind>(again_->kind), &name});
    }
    if (end < order.size()) continue;
    again_->from = 0;
    if (++again_->kind == again_->place->order.size()) again_->place = nullptr;
  }
}

std::string_view States::first(std::string& topic) const {
  const Waiting& waiting = waiting_.front();
  topic += waiting.place->topic;
  if (waiting.name == nullptr) {
    topic += "/status";
    return waiting.place->status;
  }
  topic += waiting.kind == Kind::device ? "/device/" : "/presence/";
  append_level(topic, waiting.name->first);
  return waiting.name->second.state;
}

void States::pop_first() {
  const Waiting waiting = waiting_.front();
  waiting_.pop_front();
  (waiting.name == nullptr ? waiting.place->status_waits : waiting.name->second.waits) = false;
  (waiting.name == nullptr ? waiting.place->status_sent : waiting.name->second.sent) = round_;
}

States::Taken States::put(Place& place, Kind kind, std::string_view name, std::string_view state, bool listed) {
  if (name.empty() || name.size() > longest_name) return Taken::refused;
  Names& names = place.names[index(kind)];
  const std::uint32_t list = place.list[index(kind)];
  auto found = names.find(std::string(name));
  if (found == names.end()) {
    if (place.names[0].size() + place.names[1].size() >= max_names_) return Taken::full;
    found = names.emplace(name, Entry{}).first;
    place.order[index(kind)].push_back(&*found);
    found->second.heard = list - 1;  // of no list yet, so that this one counts
    ++size_;
  }
  if (listed && found->second.heard == list) return Taken::yes;  // an event came since the list was asked for
  found->second.heard = list;
  change(place, kind, *found, state);
  return Taken::yes;
}

void States::change(Place& place, Kind kind, Names::value_type& name, std::string_view state) {
  if (name.second.state == state) return;
  name.second.state = state;
  if (std::exchange(name.second.waits, true)) return;
  waiting_.push_back({&place, kind, &name});
}

}  // namespace mqtt
