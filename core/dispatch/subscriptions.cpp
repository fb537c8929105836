// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/subscriptions.hpp"

#include <algorithm>

namespace amibroker::dispatch {
namespace {

void add_once(std::vector<link::Owner>& list, link::Owner handler) {
  if (std::find(list.begin(), list.end(), handler) == list.end()) list.push_back(handler);
}

/// `DeviceStateChange`, `CEL`, `SIPQualifyPeerDone`; neither `devicestatechange` nor `DEVICESTATECHANGE`. No event has
/// a name with other characters than letters, digits, `_` and `-`, so those match nothing.
bool is_spelled_like_asterisk(std::string_view name) {
  constexpr std::size_t longest_abbreviation = 4;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
         (name.size() <= longest_abbreviation || std::any_of(name.begin(), name.end(), is_lower)) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace

std::size_t Subscriptions::Hash::operator()(std::string_view name) const noexcept {
  std::size_t hash = 1469598103934665603U;  // FNV-1a; 0x20 makes ASCII letters equal without case
  for (const char c : name) hash = (hash ^ (static_cast<unsigned char>(c) | 0x20U)) * 1099511628211U;
  return hash;
}

void Subscriptions::add(link::Owner handler, std::string_view event) {
  const auto [found, inserted] = by_name_.try_emplace(std::string(event));
  Entry& entry = found->second;
  if (inserted) entry.handlers = all_;
  add_once(entry.handlers, handler);
  add_once(entry.named, handler);
}

void Subscriptions::add_all(link::Owner handler) {
  add_once(all_, handler);
  for (auto& [name, entry] : by_name_) add_once(entry.handlers, handler);
}

/// What nobody wants by name is forgotten, or a handler that wants ever other names would fill the table.
void Subscriptions::remove(link::Owner handler, std::string_view event) {
  const auto found = by_name_.find(event);
  if (found == by_name_.end()) return;
  Entry& entry = found->second;
  std::erase(entry.named, handler);
  const bool wants_all = std::find(all_.begin(), all_.end(), handler) != all_.end();
  if (!wants_all) std::erase(entry.handlers, handler);
  if (entry.named.empty()) by_name_.erase(found);
}

void Subscriptions::remove_all(link::Owner handler) {
  std::erase(all_, handler);
  for (auto& [name, entry] : by_name_) {
    const bool named_it = std::find(entry.named.begin(), entry.named.end(), handler) != entry.named.end();
    if (!named_it) std::erase(entry.handlers, handler);
  }
}

void Subscriptions::remove(link::Owner handler) {
  std::erase(all_, handler);
  for (auto& [name, entry] : by_name_) {
    std::erase(entry.handlers, handler);
    std::erase(entry.named, handler);
  }
  std::erase_if(by_name_, [](const auto& one) { return one.second.named.empty(); });
}

const std::vector<link::Owner>* Subscriptions::of(std::string_view event) const {
  const auto found = by_name_.find(event);
  return found == by_name_.end() ? &all_ : &found->second.handlers;
}

link::Interest Subscriptions::interest() const {
  link::Interest interest{.all = !all_.empty()};
  for (const auto& [name, entry] : by_name_) {
    interest.all = interest.all || !is_spelled_like_asterisk(name);
    interest.names.push_back(name);
  }
  if (interest.all) interest.names.clear();
  std::sort(interest.names.begin(), interest.names.end());
  return interest;
}

}  // namespace amibroker::dispatch
