// SPDX-License-Identifier: Apache-2.0
//
// The topics of events, and the numbers that they carry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/bus/subscriptions.hpp"

namespace amibroker::bus {

/// One topic, and how many of its messages there were.
struct Stream {
  std::string topic;
  std::uint64_t number = 0;        ///< of the last message; the first one has 1
  std::uint64_t looked_up_in = 0;  ///< the generation of `is_wanted`
  bool is_wanted = false;
};

/// Numbers each topic by itself: 1, 2, 3, … A reader gets either every message of a topic or none, whatever beginnings
/// it subscribed to, so a gap in the numbers of a topic is what it missed. One number for all topics could not tell
/// that from what a reader did not subscribe to.
///
/// The number is to be given before the message goes into any queue that may drop it. One thread: the loop's.
class Streams {
 public:
  /// Most names of events of one server. Asterisk has less than half of that; a server that makes up names takes
  /// nothing from the others.
  static constexpr std::size_t most_names = 500;

  /// What readers want from now on.
  void set_wanted(std::shared_ptr<const Wanted> wanted);

  /// The topic of an event, if a reader wants it; null if none does, or if the server has too many (`is_full`). Valid
  /// until the server is forgotten. `section`: the server's.
  [[nodiscard]] Stream* wanted(ServerId server, std::string_view section, std::string_view name);
  /// The same for a topic about the server itself: `prefix` and the section. Never too many.
  [[nodiscard]] Stream* wanted_about(ServerId server, std::string_view prefix, std::string_view section);
  [[nodiscard]] bool is_full(ServerId server) const noexcept {
    return server < names_.size() && names_[server].size() >= most_names;
  }
  /// Forgets a server that is retired.
  void forget(ServerId server);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };
  using Names = std::unordered_map<std::string, Stream, Hash, std::equal_to<>>;

  Names& names_of(ServerId server);
  Stream* if_wanted(Stream& stream) const;

  std::shared_ptr<const Wanted> wanted_ = std::make_shared<const Wanted>();
  std::uint64_t generation_ = 1;  ///< another one whenever `wanted_` is
  std::vector<Names> names_;      ///< by ServerId; a topic about the server itself is under its prefix
};

}  // namespace amibroker::bus
