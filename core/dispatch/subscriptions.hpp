// SPDX-License-Identifier: Apache-2.0
//
// Which handler wants which event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/link/server_listener.hpp"

namespace amibroker::dispatch {

/// Event names without case, each with the handlers that asked for it, in the order of their subscription. The
/// look-up is made for every event of every server.
class Subscriptions {
 public:
  void add(link::Owner handler, std::string_view event);
  void add_all(link::Owner handler);
  /// Takes back one name, which reaches the handler from now on only if it wants everything.
  void remove(link::Owner handler, std::string_view event);
  /// Takes back `add_all`: from now on only the names that it asked for reach the handler.
  void remove_all(link::Owner handler);
  void remove(link::Owner handler);

  /// Who gets an event of this name; never null. The list lives as long as this object and follows later changes, but
  /// not for a name that gets its first subscription later.
  [[nodiscard]] const std::vector<link::Owner>* of(std::string_view event) const;

  /// What servers have to send. Servers compare names with case: if a name is not spelled as Asterisk spells names
  /// (first letter upper case, not all upper case unless it is short), they have to send everything.
  [[nodiscard]] link::Interest interest() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return same_name(a, b); }
  };
  struct Entry {
    std::vector<link::Owner> handlers;  // those of `named`, and those of `all_`
    std::vector<link::Owner> named;     // those that asked for this name
  };
  std::unordered_map<std::string, Entry, Hash, Equal> by_name_;
  std::vector<link::Owner> all_;  // those that want everything
};

}  // namespace amibroker::dispatch
