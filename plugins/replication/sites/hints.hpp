// SPDX-License-Identifier: Apache-2.0
//
// Which names the hints of each server need.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/places.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// With `show = hinted` a server is written only what its own hints name, of what other sites say. The hints are read
/// with `ExtensionStateList` (Asterisk 13 and newer; the account needs `read = call` or `reporting`) whenever its
/// states are, at most once a minute. Of a server that does not list them every name is taken for needed, and the log
/// says so.
///
/// Loop's thread only. All that is referred to outlives this; it lives until Plugin::stop.
class Hints {
 public:
  /// `needed`: called for each name that a server has come to need.
  Hints(Host& host, const Places& places, std::function<void(std::string_view name)> needed,
        std::function<void()> all_needed)
      : host_(host), places_(places), needed_(std::move(needed)), all_needed_(std::move(all_needed)) {}
  Hints(const Hints&) = delete;
  Hints& operator=(const Hints&) = delete;

  /// The server's states were read, so it is there.
  void server_read(ServerId server);
  /// Its place may be given to another one.
  void server_retired(ServerId server);

  /// Those of these servers, in order, that need the name. Valid until the next call.
  [[nodiscard]] std::span<const Place> who_needs(std::string_view name, std::span<const Place> places);

  static constexpr std::chrono::seconds least_pause{60};
  static constexpr std::chrono::milliseconds patience{30'000};
  static constexpr std::size_t most_names = 200'000;  ///< of one server; with more of them it needs all

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Server {
    std::optional<TimePoint> asked{};
    bool needs_all = false;
    std::vector<std::string> names{};
  };
  void answered(ServerId server, const Reply& reply);
  void need_all(ServerId server, const std::string& why);
  void forget(Place place);
  [[nodiscard]] Server& at(Place place);

  Host& host_;
  const Places& places_;
  std::function<void(std::string_view)> needed_;
  std::function<void()> all_needed_;
  std::vector<Server> servers_;                                                           ///< by place
  std::unordered_map<std::string, std::vector<Place>, Hash, std::equal_to<>> places_of_;  ///< by name, in order
  std::vector<Place> found_;
};

}  // namespace amibroker::replication
