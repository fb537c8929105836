// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/sites/hints.hpp"

#include <algorithm>
#include <utility>

#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {
namespace {

/// Calls `visit` for each custom device or presentity of a hint: `PJSIP/100&Custom:night,CustomPresence:100`.
template <typename Visit>
void each_custom(std::string_view hint, Visit&& visit) {
  while (!hint.empty()) {
    const std::size_t end = hint.find_first_of("&,");
    const std::string_view name = hint.substr(0, end);
    if (name.starts_with("Custom") && name.find(':') != std::string_view::npos) visit(name);
    hint.remove_prefix(end == std::string_view::npos ? hint.size() : end + 1);
  }
}

}  // namespace

void Hints::server_read(ServerId server) {
  const Place place = places_.of(server);
  if (place == no_place) return;
  Server& state = at(place);
  if (state.asked && host_.now() - *state.asked < least_pause) return;
  state.asked = host_.now();
  host_.request(server, Action("ExtensionStateList"), patience,
                [this, server](const Reply& reply) { answered(server, reply); });
}

void Hints::server_retired(ServerId server) {
  const Place place = places_.of(server);
  if (place == no_place) return;
  forget(place);
  at(place) = {};
}

void Hints::answered(ServerId server, const Reply& reply) {
  const Place place = places_.of(server);
  if (place == no_place) return;  // retired meanwhile
  Server& state = at(place);
  if (!reply.ok()) {
    if (reply.outcome != Outcome::error && reply.outcome != Outcome::refused) state.asked.reset();  // it was lost
    else need_all(server, std::string(reply.text.substr(0, 200)));
    return;
  }
  std::vector<std::string> names;
  for (const Message& item : reply.messages)
    each_custom(item["Hint"], [&](std::string_view name) { names.emplace_back(name); });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > most_names) return need_all(server, "it has hints for more than 200,000 custom names");
  std::vector<std::string> added;
  std::set_difference(names.begin(), names.end(), state.names.begin(), state.names.end(), std::back_inserter(added));
  forget(place);
  state.needs_all = false;
  for (const std::string& name : names) {
    std::vector<Place>& places = places_of_[name];
    places.insert(std::lower_bound(places.begin(), places.end(), place), place);
  }
  state.names = std::move(names);
  for (const std::string& name : added) needed_(name);
}

/// Better too much is shown than nothing.
void Hints::need_all(ServerId server, const std::string& why) {
  if (std::exchange(at(places_.of(server)).needs_all, true)) return;
  host_.log(Level::warning,
            server_label(host_, server) + ": its hints cannot be listed (" + why +
                "), so it is written all names of other sites although `show = hinted` is set. Give the "
                "account `read = call`");
  all_needed_();
}

std::span<const Place> Hints::who_needs(std::string_view name, std::span<const Place> places) {
  found_.clear();
  const auto needing = places_of_.find(name);
  for (const Place place : places)
    if (at(place).needs_all ||
        (needing != places_of_.end() && std::binary_search(needing->second.begin(), needing->second.end(), place)))
      found_.push_back(place);
  return found_;
}

void Hints::forget(Place place) {
  for (const std::string& name : at(place).names) {
    const auto found = places_of_.find(name);
    if (found == places_of_.end()) continue;
    std::erase(found->second, place);
    if (found->second.empty()) places_of_.erase(found);
  }
  at(place).names.clear();
}

Hints::Server& Hints::at(Place place) {
  if (place >= servers_.size()) servers_.resize(place + std::size_t{1});
  return servers_[place];
}

}  // namespace amibroker::replication
