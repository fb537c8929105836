// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/subscriptions.hpp"

#include <algorithm>

namespace amibroker::dispatch {
namespace {

void add_once(std::vector<link::Owner>& list, link::Owner handler) {
  if (std::find(list.begin(), list.end(), handler) == list.end()) list.push_back(handler);
}

}  // namespace

std::size_t Subscriptions::Hash::operator()(std::string_view name) const noexcept {
  std::size_t hash = 1469598103934665603U;  // FNV-1a; 0x20 makes ASCII letters equal without case
  for (const char c : name) hash = (hash ^ (static_cast<unsigned char>(c) | 0x20U)) * 1099511628211U;
  return hash;
}

void Subscriptions::add(link::Owner handler, std::string_view event) {
  const auto [found, inserted] = by_name_.try_emplace(std::string(event));
  if (inserted) found->second = all_;
  add_once(found->second, handler);
}

void Subscriptions::add_all(link::Owner handler) {
  add_once(all_, handler);
  for (auto& [name, handlers] : by_name_) add_once(handlers, handler);
}

void Subscriptions::remove(link::Owner handler) {
  std::erase(all_, handler);
  for (auto& [name, handlers] : by_name_) std::erase(handlers, handler);
}

const std::vector<link::Owner>* Subscriptions::of(std::string_view event) const {
  const auto found = by_name_.find(event);
  return found == by_name_.end() ? &all_ : &found->second;
}

}  // namespace amibroker::dispatch
