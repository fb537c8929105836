// SPDX-License-Identifier: Apache-2.0
//
// How many names a server may bring, and how fast.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Keeps one server from using up the names of all. A name counts for the server that brought it until it is given
/// back, or that server is retired. New names in events are limited in time as well: each is written to all neighbours,
/// and each write is one to a disk. Those in lists are not: a list comes seldom.
///
/// What is refused is counted (`over_limit`, and `new_names_too_fast`), with a warning that names the server, at once
/// and then at most once an hour. Loop's thread only.
class NameQuotas {
 public:
  /// Reads the option `server_share`. `limit_option`: the one that says how many names there may be in all.
  NameQuotas(Host& host, std::string_view limit_option);

  /// Whether a new name of this server is taken; `known`: how many there are. Then it counts for the server.
  [[nodiscard]] bool admit(ServerId server, std::string_view name, std::size_t known, bool listed);
  /// Whether less than half of what the server may bring, and of all names, is used: for names that are hardly needed.
  [[nodiscard]] bool has_room_to_spare(ServerId server, std::size_t known) const noexcept {
    return known < capacity_ / 2 && servers_[server].names < share() / 2;
  }
  /// A name that one server brought counts for another one from now on. False if that has enough of its own.
  bool move(ServerId from, ServerId to);
  /// A name that this server brought is given back.
  void give_back(ServerId server);

  void add_server();
  /// It is gone for good. What it brought, and others need still, counts for nobody.
  void retire(ServerId server);

  /// Servers of which names were refused, and that may bring some again: reading them shows what was missed. Each is
  /// named once, as soon as it is slow enough and a quarter of what it may bring, and of all names, is free.
  [[nodiscard]] std::vector<ServerId> caught_up(std::size_t known);

  /// Names that one server may bring at present.
  [[nodiscard]] std::size_t share() const noexcept;
  [[nodiscard]] std::size_t brought_by(ServerId server) const noexcept { return servers_[server].names; }

  static constexpr double burst = 10'000;    ///< new names at once
  static constexpr double per_second = 200;  ///< and then
  static constexpr std::chrono::hours warn_every{1};

 private:
  struct Server {
    std::size_t names = 0;
    bool retired = false;
    double tokens = burst;
    TimePoint filled_at{};
    bool missed = false;      ///< some of its names were refused, and it was not read since
    std::size_t refused = 0;  ///< since the last warning
    std::optional<TimePoint> warned_at{};
  };
  void fill(Server& server);
  bool refuse(ServerId server, std::string_view name, Counter& counter, const std::string& reason);

  Host& host_;
  std::string limit_option_;
  std::size_t capacity_;
  std::size_t percent_;
  std::size_t present_ = 0;  ///< servers that are not retired
  std::vector<Server> servers_;
  std::vector<ServerId> missed_;
  Counter& over_limit_;
  Counter& new_names_too_fast_;
};

}  // namespace amibroker::replication
