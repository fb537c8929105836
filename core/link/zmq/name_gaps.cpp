// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/name_gaps.hpp"

#include <algorithm>
#include <utility>

namespace amibroker::link::zeromq {
namespace {

/// Null if the name is not among them.
template <typename Names>
auto* find(Names& names, std::string_view name) noexcept {
  const auto found = std::lower_bound(names.begin(), names.end(), name,
                                      [](const auto& known, std::string_view wanted) { return known.name < wanted; });
  return found != names.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

void NameGaps::watch(std::span<const std::string> names) {
  std::vector<Name> next;
  next.reserve(names.size());
  for (const std::string& name : names) {
    const Name* known = find(names_, name);
    next.push_back(known != nullptr ? *known : Name{name, {}});
  }
  names_ = std::move(next);
}

bool NameGaps::watches(std::string_view name) const noexcept { return find(names_, name) != nullptr; }

void NameGaps::follow(std::string_view name, const ami::EventNumbers& numbers) noexcept {
  if (numbers.name_sequence == 0) return;
  Name* known = find(names_, name);
  if (known == nullptr) return;
  known->seen_up_to.reset();
  known->gap.expect(numbers.name_sequence + 1);
}

void NameGaps::forget() noexcept {
  for (Name& name : names_) {
    name.seen_up_to.reset();
    name.gap.restart();
  }
}

void NameGaps::all_seen_up_to(std::uint64_t number) noexcept {
  for (Name& name : names_)
    if (!name.gap.last()) name.seen_up_to = number;
}

bool NameGaps::see(std::string_view name, const ami::EventNumbers& numbers) {
  Name* known = find(names_, name);
  if (known == nullptr || numbers.name_sequence == 0) return false;
  const std::uint64_t number = numbers.name_sequence;
  if (const auto seen_up_to = std::exchange(known->seen_up_to, std::nullopt)) {
    const bool begins_anew = numbers.sequence <= *seen_up_to;
    const bool one_is_missing = numbers.name_previous > *seen_up_to;
    known->gap.expect(begins_anew ? number + 1 : one_is_missing ? number - 1 : number);
  }
  if (!known->gap.see(number)) return false;
  lost_ = sum_of_losses(lost_, known->gap.take().value_or(0));
  return !std::exchange(pending_, true);
}

std::optional<std::uint64_t> NameGaps::take() noexcept {
  if (!std::exchange(pending_, false)) return std::nullopt;
  return std::exchange(lost_, 0);
}

}  // namespace amibroker::link::zeromq
