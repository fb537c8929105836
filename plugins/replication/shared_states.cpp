// SPDX-License-Identifier: Apache-2.0
#include "amibroker/replication/shared_states.hpp"

namespace amibroker::replication {

StatePlugin::Heard SharedStates::state_event(ServerId server, const Message& event) {
  const std::optional<State> state = read(event);
  if (!state || state->name.empty()) return Heard::bad;
  if (!passes(server, state->name)) return Heard::ignored;
  show(server, state->name, state->value);
  changed_on(server, state->name, state->value);
  return Heard::taken;
}

std::optional<ListedState> SharedStates::read_item(ServerId server, const Message& item) {
  const std::optional<State> state = read(item);
  if (!state || state->name.empty()) return std::nullopt;
  const bool spreads = passes(server, state->name);
  if (!spreads && !knows(state->name)) return std::nullopt;
  return ListedState{
      state->name, {}, state->value, spreads ? ListedKind::held : ListedKind::held_not_shared, Sharing::symmetric};
}

bool SharedStates::may_be(std::string_view shown_name, Sharing sharing, std::string_view) {
  return !shown_name.empty() && sharing == Sharing::symmetric;
}

}  // namespace amibroker::replication
