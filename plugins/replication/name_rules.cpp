// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/name_rules.hpp"

#include <algorithm>
#include <functional>

namespace amibroker::replication {

std::string_view why_unwritable(std::string_view name) noexcept {
  if (name.empty() || name.back() == ':') return "it is empty";
  if (name.size() > longest_shown_name) return "it is too long: Asterisk would cut it at 79 characters";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control)) return "it holds a control character";
  if (name.find_first_of("(),${}") != std::string_view::npos) return "it holds one of ( ) , $ { }";
  return {};
}

WarnedNames::Answer WarnedNames::ask(std::string_view name) {
  if (hashes_.size() >= capacity) return Answer::silent;
  if (!hashes_.insert(std::hash<std::string_view>()(name)).second) return Answer::silent;
  return hashes_.size() == capacity ? Answer::warn_last : Answer::warn;
}

}  // namespace amibroker::replication
