// SPDX-License-Identifier: Apache-2.0
//
// Names of keys, each kept once, in the form in which it is written to Asterisk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Turns the name that targets hold (`Custom:PJSIP/100`) into a number, and back into the text of a Setvar's
/// `Variable`, which is built once: `DEVICE_STATE(` + name + `)`. Not safe for several threads.
class KeyTable {
 public:
  /// `function`: what comes before the name, e.g. `DEVICE_STATE(`; `capacity`: most keys, which bounds all memory.
  KeyTable(std::string_view function, std::size_t capacity) : function_(function), capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }
  [[nodiscard]] bool full() const noexcept { return size() >= capacity_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  [[nodiscard]] std::optional<KeyId> find(std::string_view name) const noexcept {
    const auto found = ids_.find(name);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
  }

  /// Adds a name that is not there yet under a number that is free. `owner`: the server that brought it.
  void add(std::string_view name, KeyId key, ServerId owner) {
    while (key >= entries_.size()) entries_.emplace_back();
    Entry& entry = entries_[key];
    entry.owner = owner;
    entry.variable.reserve(function_.size() + name.size() + 1);
    entry.variable.append(function_).append(name).append(1, ')');
    ids_.emplace(shown_name(key), key);
  }

  /// Forgets a name that nothing refers to; `end`: one more than the highest number that is left.
  void remove(KeyId key, std::size_t end) {
    ids_.erase(shown_name(key));
    entries_[key] = Entry{};
    while (entries_.size() > end) entries_.pop_back();
  }

  /// Gives back what the removed names leave.
  void shrink() { ids_.rehash(0); }

  /// What is set on a target: `DEVICE_STATE(Custom:PJSIP/100)`. Stable.
  [[nodiscard]] std::string_view variable(KeyId key) const noexcept { return entries_[key].variable; }

  /// The name that targets hold: `Custom:PJSIP/100`. Stable.
  [[nodiscard]] std::string_view shown_name(KeyId key) const noexcept {
    const std::string_view text = entries_[key].variable;
    return text.substr(function_.size(), text.size() - function_.size() - 1);
  }

  [[nodiscard]] ServerId owner(KeyId key) const noexcept { return entries_[key].owner; }
  void set_owner(KeyId key, ServerId owner) noexcept { entries_[key].owner = owner; }

  /// Something refers to the key by its number, and it must not be removed; several may.
  void hold(KeyId key) noexcept { ++entries_[key].holds; }
  void release(KeyId key) noexcept { --entries_[key].holds; }
  [[nodiscard]] bool held(KeyId key) const noexcept { return entries_[key].holds != 0; }

  /// Notes whether nobody needs the key at present. Returns what was noted before.
  bool note_idle(KeyId key, bool idle) noexcept { return std::exchange(entries_[key].idle, idle); }

 private:
  struct Entry {
    std::string variable;
    ServerId owner = 0;
    std::uint32_t holds = 0;
    bool idle = false;
  };
  std::string function_;
  std::size_t capacity_;
  std::deque<Entry> entries_;  ///< by key; a deque, because `ids_` holds views into its strings
  std::unordered_map<std::string_view, KeyId> ids_;
};

}  // namespace amibroker::replication
