// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/groups.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace amibroker::replication {

Groups::Groups(const Neighbours& neighbours, std::size_t places)
    : neighbours_(neighbours), by_place_(places), seen_(neighbours.changes()) {}

Group& Groups::around(Place place) {
  follow_neighbours();
  if (place >= around_.size()) around_.resize(by_place_.size(), nullptr);
  if (around_[place] != nullptr) return *around_[place];
  Places places;
  if (neighbours_.all()) {
    // Vacant places are in it, too: so that there is one group, and a place is its index.
    places.resize(by_place_.size());
    std::iota(places.begin(), places.end(), Place{0});
  } else {
    places = neighbours_.of(place);
    places.insert(std::lower_bound(places.begin(), places.end(), place), place);
  }
  Group& group = get(std::move(places));
  group.kept = true;
  if (neighbours_.all()) around_.assign(by_place_.size(), &group);
  return *(around_[place] = &group);
}

Group& Groups::only(Place place) { return get({place}); }

Group& Groups::united(const Group& one, const Group& other) {
  Places places;
  std::set_union(one.places.begin(), one.places.end(), other.places.begin(), other.places.end(),
                 std::back_inserter(places));
  return get(std::move(places));
}

Group* Groups::without(const Group& group, Place place) {
  Places places(group.places.begin(), group.places.end());
  std::erase(places, place);
  return places.empty() ? nullptr : &get(std::move(places));
}

Group* Groups::everyone() noexcept {
  if (by_place_.empty()) return nullptr;
  const auto& groups = by_place_.back();
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](Group* group) { return group->places.size() == places(); });
  return found == groups.end() ? nullptr : *found;
}

void Groups::extend(Group& group) {
  auto node = groups_.extract(Places(group.places.begin(), group.places.end()));
  const auto place = static_cast<Place>(places() - 1);
  node.key().push_back(place);
  group.places = groups_.insert(std::move(node)).position->first;
  by_place_[place].push_back(&group);
}

void Groups::drop_if_empty(Group& group) {
  if (group.kept || !group.keys.empty()) return;
  for (const Place place : group.places) {
    auto& groups = by_place_[place];
    std::iter_swap(std::find(groups.begin(), groups.end(), &group), std::prev(groups.end()));
    groups.pop_back();
  }
  groups_.erase(Places(group.places.begin(), group.places.end()));
}

Group& Groups::get(Places places) {
  const auto [at, is_new] = groups_.try_emplace(std::move(places));
  if (!is_new) return *at->second;
  at->second = std::make_unique<Group>();
  Group& group = *at->second;
  group.places = at->first;
  group.leading = at->first.back() + std::size_t{1} == at->first.size();
  group.mesh = is_mesh(group.places);
  // A fleet without zones has room for some more servers from the start: widening its rows stops the loop for long.
  group.capacity = at->first.size() + (at->first.size() == by_place_.size() ? at->first.size() / 16 : 0);
  for (const Place place : group.places) by_place_[place].push_back(&group);
  return group;
}

bool Groups::is_mesh(std::span<const Place> places) const {
  if (neighbours_.all()) return true;
  return std::all_of(places.begin(), places.end(), [&](Place place) {
    const std::vector<Place>& others = neighbours_.of(place);
    // It is not its own neighbour, and must have all the others.
    const auto before = std::lower_bound(places.begin(), places.end(), place);
    return std::includes(others.begin(), others.end(), places.begin(), before) &&
           std::includes(others.begin(), others.end(), before + 1, places.end());
  });
}

void Groups::look_again() {
  seen_ = neighbours_.changes();
  around_.clear();
  std::vector<Group*> empty;
  for (const auto& [places, group] : groups_) {
    group->kept = false;
    group->mesh = is_mesh(places);
    if (group->keys.empty()) empty.push_back(group.get());
  }
  for (Group* group : empty) drop_if_empty(*group);
}

}  // namespace amibroker::replication
