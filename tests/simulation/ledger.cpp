// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/ledger.hpp"

#include <algorithm>

namespace amibroker::simulation {

void Ledger::executed(ServerId target, std::string_view variable, std::string_view value, bool changed) {
  const auto presence = variable.starts_with("PRESENCE_STATE(") ? sim::parse_presence(value) : std::nullopt;
  Cell& written = cell(target, variable);
  written.executed.push_back(presence ? as_text(*presence) : std::string(value));
  if (!changed) ++written.needless;
}

void Ledger::marked(ServerId server, std::string_view life, bool leads, Time now) {
  marks_[server].insert_or_assign(std::string(life), LastMark{leads, now});
}

std::size_t Ledger::leaders(ServerId server, Time since) const {
  return static_cast<std::size_t>(std::count_if(marks_[server].begin(), marks_[server].end(), [&](const auto& mark) {
    return mark.second.leads && mark.second.time >= since;
  }));
}

void Ledger::fail(std::string_view check, std::string text) {
  if (!failure_) failure_ = Failure{std::string(check), std::move(text)};
}

std::size_t Ledger::changes(std::string_view name) const {
  const auto found = changes_.find(name);
  return found == changes_.end() ? 0 : found->second;
}

const std::vector<std::string>& Ledger::history(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = histories_.find(name);
  return found == histories_.end() ? none : found->second;
}

std::string Ledger::as_text(const sim::Presence& presence) {
  std::string text = presence.state;
  text.append("|").append(presence.subtype).append("|").append(presence.message);
  return text;
}

Ledger::Cell& Ledger::cell(ServerId target, std::string_view variable) {
  auto& cells = targets_[target];
  const auto found = cells.find(variable);
  return found != cells.end() ? found->second : cells[std::string(variable)];
}

}  // namespace amibroker::simulation
