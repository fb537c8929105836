// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/topic.hpp"

#include <algorithm>

namespace amibroker::bus {

bool is_event_name(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest_event_name && std::all_of(text.begin(), text.end(), allowed);
}

void make_event_topic(std::string& out, std::string_view section, std::string_view name) {
  out.assign(event_prefix).append(section).append(1, '/').append(name);
}

Wish wish_of(std::string_view subscription) noexcept {
  if (event_prefix.starts_with(subscription)) return {Wish::Kind::all};
  if (!subscription.starts_with(event_prefix)) return {};
  const std::string_view rest = subscription.substr(event_prefix.size());
  const auto slash = rest.rfind('/');
  if (slash == rest.npos || slash + 1 == rest.size()) return {Wish::Kind::all};
  const std::string_view name = rest.substr(slash + 1);
  if (!is_event_name(name)) return {};
  return {Wish::Kind::one, name};
}

}  // namespace amibroker::bus
