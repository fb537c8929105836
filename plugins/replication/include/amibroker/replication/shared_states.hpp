// SPDX-License-Identifier: Apache-2.0
//
// States that all servers share: each server holds the same names, any of them may change, and the last change wins.
#pragma once

#include <optional>
#include <string_view>

#include "amibroker/replication/state_plugin.hpp"

namespace amibroker::replication {

/// Three points to fill in: StatePlugin::medium, with the actions that write and list states; and `read`.
class SharedStates : public StatePlugin {
 protected:
  /// The views are valid until the next call.
  struct State {
    std::string_view name;
    std::string_view value;  ///< the same text for the same state, whichever server says so
  };
  /// What a message says of a state: a Medium::event, or an item of a list. Nothing: no state, or one that cannot be.
  [[nodiscard]] virtual std::optional<State> read(const Message& message) = 0;

 private:
  Heard state_event(ServerId server, const Message& event) final;
  std::optional<ListedState> read_item(ServerId server, const Message& item) final;
  /// There are no others. Whoever overrides it looks at the value, too.
  bool may_be(std::string_view shown_name, Sharing sharing, std::string_view value) override;
};

}  // namespace amibroker::replication
