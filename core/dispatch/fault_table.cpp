// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch/fault_table.hpp"

#include <algorithm>

#include "core/base/printable.hpp"

namespace amibroker::dispatch {
namespace {

constexpr auto log_period = std::chrono::minutes(1);
constexpr std::size_t longest_summary = 1'500;

}  // namespace

FaultTable::Entry& FaultTable::entry_of(std::string_view call, const std::string& text) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.call == call && entry.text == text; });
  if (found != entries_.end()) return *found;
  if (entries_.size() < most_entries)
    return entries_.emplace_back(Entry{std::string(call), text, 0, base::LogLimit(log_period)});
  Entry& rest = entries_.back();
  rest.call = "any call";
  rest.text = "(other texts)";
  return rest;
}

std::optional<std::uint64_t> FaultTable::add(std::string_view call, std::string_view text,
                                             std::chrono::steady_clock::time_point now) {
  Entry& entry = entry_of(call, base::printable(text, longest_text));
  ++entry.count;
  return entry.limit.allow(now);
}

std::string FaultTable::summary() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->count > b->count; });
  std::string text;
  for (const Entry* entry : sorted)
    text += (text.empty() ? "" : ", ") + entry->call + ": " + entry->text + " (" + std::to_string(entry->count) +
            (entry->count == 1 ? " time)" : " times)");
  return base::printable(text, longest_summary);
}

}  // namespace amibroker::dispatch
