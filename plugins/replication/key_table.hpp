// SPDX-License-Identifier: Apache-2.0
//
// Names of keys, each kept once, in the form in which it is written to Asterisk.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Turns the name that targets hold (`Custom:PJSIP/100`) into a number, and back into the text of a Setvar's
/// `Variable`, which is built once: `DEVICE_STATE(` + name + `)`. Not safe for several threads.
class KeyTable {
 public:
  /// `function`: what comes before the name, e.g. `DEVICE_STATE(`; `capacity`: most keys, which bounds all memory.
  KeyTable(std::string_view function, std::size_t capacity) : function_(function), capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept { return variables_.size(); }
  [[nodiscard]] bool full() const noexcept { return variables_.size() >= capacity_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  [[nodiscard]] std::optional<KeyId> find(std::string_view name) const noexcept {
    const auto found = ids_.find(name);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
  }

  /// Adds a name that is not there yet. The numbers go up by one, from 0.
  KeyId add(std::string_view name) {
    const KeyId key = static_cast<KeyId>(variables_.size());
    std::string variable;
    variable.reserve(function_.size() + name.size() + 1);
    variable.append(function_).append(name).append(1, ')');
    variables_.push_back(std::move(variable));
    ids_.emplace(shown_name(key), key);
    return key;
  }

  /// What is set on a target: `DEVICE_STATE(Custom:PJSIP/100)`. Stable.
  [[nodiscard]] std::string_view variable(KeyId key) const noexcept { return variables_[key]; }

  /// The name that targets hold: `Custom:PJSIP/100`. Stable.
  [[nodiscard]] std::string_view shown_name(KeyId key) const noexcept {
    const std::string_view text = variables_[key];
    return text.substr(function_.size(), text.size() - function_.size() - 1);
  }

 private:
  std::string function_;
  std::size_t capacity_;
  std::deque<std::string> variables_;  ///< a deque, because `ids_` holds views into its strings
  std::unordered_map<std::string_view, KeyId> ids_;
};

}  // namespace amibroker::replication
