// SPDX-License-Identifier: Apache-2.0
//
// Asks a plugin what administrators may ask. Since ABI 3.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "amibroker/commands.hpp"

namespace amibroker::testing {

/// Offer it to the plugin before `start`: `host.offer<Commands>(commands)`. It must outlive the plugin.
class FakeCommands final : public Commands {
 public:
  /// What the plugin answers. Throws std::runtime_error with the plugin's reason, or if it does not know the command.
  std::string ask(std::string_view name, std::initializer_list<Field> arguments = {}) {
    const auto found = commands_.find(name);
    if (found == commands_.end()) throw std::runtime_error("there is no command " + std::string(name));
    Call call{std::span<const Field>(arguments.begin(), arguments.size()), {}, {}};
    found->second(call);
    if (!call.error.empty()) throw std::runtime_error(call.error);
    return call.json;
  }

 private:
  void add(std::string_view name, std::function<void(Call& call)> run) noexcept override {
    commands_.insert_or_assign(std::string(name), std::move(run));
  }

  std::map<std::string, std::function<void(Call& call)>, std::less<>> commands_;
};

}  // namespace amibroker::testing
