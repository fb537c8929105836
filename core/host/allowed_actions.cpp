// SPDX-License-Identifier: Apache-2.0
#include "core/host/allowed_actions.hpp"

#include <algorithm>

#include "amibroker/message.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/base/values.hpp"

namespace amibroker::host {
namespace {

constexpr std::size_t longest_shown_name = 60;
constexpr std::size_t longest_shown_list = 200;

bool is_name(std::string_view text) {
  return text.size() <= AllowedActions::longest_name && std::all_of(text.begin(), text.end(), base::is_word_character);
}

}  // namespace

std::variant<AllowedActions, std::string> AllowedActions::parse(std::string_view value) {
  AllowedActions allowed;
  allowed.all_ = false;
  for (const std::string_view name : base::split_list(value)) {
    if (!is_name(name))
      return "takes names of actions (letters, digits, - and _, at most 100 characters) between commas, not \"" +
             base::printable(name, longest_shown_name) + "\"; without this key every action is allowed";
    if (allowed.has(name)) continue;
    if (allowed.names_.size() == most_names)
      return "takes at most " + std::to_string(most_names) + " names; without this key every action is allowed";
    allowed.names_.emplace_back(name);
  }
  std::sort(allowed.names_.begin(), allowed.names_.end(),
            [](const std::string& a, const std::string& b) { return base::lower(a) < base::lower(b); });
  return allowed;
}

bool AllowedActions::has(std::string_view action) const noexcept {
  return all_ || std::any_of(names_.begin(), names_.end(),
                             [action](const std::string& name) { return same_name(name, action); });
}

std::string AllowedActions::text() const {
  if (all_) return "all actions";
  if (names_.empty()) return "no action";
  std::string list;
  for (const std::string& name : names_) list += (list.empty() ? "" : ", ") + name;
  return base::printable(list, longest_shown_list);
}

bool operator==(const AllowedActions& a, const AllowedActions& b) noexcept {
  return a.all_ == b.all_ && std::equal(a.names_.begin(), a.names_.end(), b.names_.begin(), b.names_.end(),
                                        [](const auto& one, const auto& other) { return same_name(one, other); });
}

}  // namespace amibroker::host
