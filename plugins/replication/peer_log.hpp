// SPDX-License-Identifier: Apache-2.0
//
// What the log says of other brokers, and of names that somebody else keeps changing.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "amibroker/host.hpp"
#include "plugins/replication/marks.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Says each thing once an hour. Loop's thread only.
class PeerLog {
 public:
  explicit PeerLog(Host& host) : host_(host) {}

  /// A broker was seen that does the same as this one. `balance`: on how many servers this one leads, and stands by.
  void same(const Life& life, std::pair<std::size_t, std::size_t> balance);
  /// A broker was seen on a server that also writes there, but not the same.
  void other(const Life& life, ServerId server);
  /// This one began to write to so many servers, and ceased to write to others. At most three times a minute; what
  /// happens meanwhile is in the next. Call it now and then with zeros.
  void changed(std::size_t began, std::size_t ceased, std::pair<std::size_t, std::size_t> balance);
  /// A name is not written for so long, because it keeps changing; `servers`: where that came from.
  void held(std::string_view name, std::chrono::milliseconds time, std::span<const ServerId> servers);

  /// Brokers and names that are remembered; of further ones there is no line until an hour is over.
  static constexpr std::size_t capacity = 100;

 private:
  template <typename Key>
  [[nodiscard]] bool is_due(std::map<Key, TimePoint>& said, const Key& key);

  Host& host_;
  std::size_t began_ = 0;  ///< not told yet
  std::size_t ceased_ = 0;
  std::array<std::optional<TimePoint>, 3> told_{};  ///< when, the oldest first
  std::map<Life, TimePoint> same_;
  std::map<Life, TimePoint> other_;
  std::map<std::string, TimePoint> held_;
};

}  // namespace amibroker::replication
