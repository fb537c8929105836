// SPDX-License-Identifier: Apache-2.0
//
// Follows the streams of other sites: what is missing is asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amibroker/bus.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/sites/remote_states.hpp"
#include "plugins/replication/sites/stream_text.hpp"
#include "plugins/replication/sites/zone_table.hpp"

namespace amibroker::replication {

/// Every message says what is so now, so it is taken at once, whatever is missing before it. What is missing shows by
/// the numbers, by a heartbeat that is ahead, or by its hashes; then the stream is asked for as a whole, in parts. A
/// part yields to messages that are newer than it. What neither a part nor a message said since then is withdrawn.
///
/// - An old number, or a lower epoch, is dropped; a lower epoch counts if the higher one has been silent for
///   `epoch_silence`, because its broker is gone and the next one's clock is behind.
/// - A site that has been silent for `lost_after` is lost: what its servers say of their own devices is withdrawn.
///
/// Loop's thread only. All that is referred to outlives this; it lives until Plugin::stop.
class Receiver {
 public:
  Receiver(Host& host, Bus& bus, RemoteStates& states, const Registers& registers, const ZoneTable& zones,
           std::uint64_t jitter);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Servers have other zones: what no server needs is not listened to any more, and goes.
  void zones_changed();
  /// A heartbeat of a broker that speaks for its site. `we_speak`: so does this one for its own, and sees to it that
  /// what all sites share is the same.
  void heartbeat(std::string_view site, const Heartbeat& heartbeat, bool we_speak);
  /// Every 250 ms.
  void tick();

  /// Whether all that is known to be missing is there.
  [[nodiscard]] bool is_settled() const noexcept;

  /// What there is to know of a site.
  struct Site {
    std::string name;
    SiteId id = 0;
    bool own = false;
    bool lost = true;
    std::uint64_t epoch = 0;
    std::uint64_t variant = 0;
    bool complete = false;
    bool filtered = false;
    TimePoint heard{};  ///< its last heartbeat
    std::uint64_t gaps = 0;
    std::uint64_t snapshots = 0;  ///< of its streams that were read to the end
  };
  [[nodiscard]] const std::map<std::string, Site, std::less<>>& sites() const noexcept { return sites_; }
  /// Calls `visit(ZoneId)` for each zone in which it is followed.
  template <typename Visit>
  void each_zone(const Site& site, Visit&& visit) const {
    for (auto at = streams_.lower_bound({site.id, 0}); at != streams_.end() && at->first.first == site.id; ++at)
      if (at->second->epoch != 0) visit(at->first.second);
  }
  /// Whether something of it is being read as a whole, or is to be.
  [[nodiscard]] bool is_reading(const Site& site) const noexcept;

  static constexpr std::size_t most_sites = 1000;
  static constexpr std::size_t most_streams = 60'000;
  static constexpr std::size_t most_at_once = 4;
  static constexpr std::chrono::milliseconds epoch_silence{3000};
  static constexpr std::chrono::milliseconds first_timeout{500};
  static constexpr std::chrono::milliseconds longest_timeout{8000};
  static constexpr std::chrono::milliseconds random_start{200};
  static constexpr int failures_before_anew = 8;  ///< questions without an answer
  static constexpr int differs_before_asked = 3;  ///< heartbeats
  static constexpr std::size_t lines_a_slice = 500;

 private:
  /// What of one site in one zone is followed.
  struct Stream {
    StreamId id;
    Site* site;
    ZoneId zone;
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;
    bool read = false;       ///< to the end, in this epoch
    bool leftovers = false;  ///< what it lacked was kept, because the site did not know all of its servers
    bool withdrawn = true;   ///< nothing of it is held
    // What is missing:
    bool wanted = false;
    TimePoint not_before{};
    int failures = 0;
    // The snapshot that is being read:
    bool asking = false;
    std::uint64_t ask = 0;       ///< tells a late answer from the one that is waited for
    std::uint64_t at_least = 0;  ///< number that a part must have
    std::string cursor{};
    bool all_complete = true;
    std::string part{};  ///< what of it is still to be taken
    std::uint64_t part_number = 0;
    std::unordered_map<std::string, std::uint64_t>
        newer{};  ///< names that messages said meanwhile, and with which number
    // What differs though nothing is missing:
    std::vector<std::uint32_t> shared{};  ///< hashes that both had at the last heartbeat, ours first
    int differs = 0;
    TimePoint differs_not_before{};
    std::chrono::seconds differs_pause{5};
  };

  void listen(ZoneId zone);
  void message(const Bus::Heard& heard, ZoneId zone);
  [[nodiscard]] Site* site_of(std::string_view name);
  [[nodiscard]] Stream* stream_of(Site& site, ZoneId zone);
  [[nodiscard]] bool follows_epoch(const Site& site, std::uint64_t epoch) const noexcept;
  void begin_epoch(Site& site, std::uint64_t epoch);
  void compare(Stream& stream, const Heartbeat::Stream& said, bool we_speak);
  void compare_shared(Stream& stream, const Heartbeat::Stream& said);
  [[nodiscard]] bool is_silent(const Site& site) const noexcept;
  void lose(Site& site);
  void withdraw(Stream& stream);
  void want(Stream& stream);
  void ask_for_wanted();
  void begin(Stream& stream);
  void ask(Stream& stream);
  void answered(Stream& stream, std::uint64_t ask, std::optional<std::string_view> answer);
  void ask_again(Stream& stream);
  void take_part(Stream& stream);
  void finish(Stream& stream);
  void fail(Stream& stream);
  [[nodiscard]] std::chrono::milliseconds some_time(std::chrono::milliseconds most) noexcept;

  Host& host_;
  Bus& bus_;
  RemoteStates& states_;
  const Registers& registers_;
  const ZoneTable& zones_;
  std::uint64_t random_;
  std::map<std::string, Site, std::less<>> sites_;
  std::map<std::pair<SiteId, ZoneId>, std::unique_ptr<Stream>> streams_;
  std::vector<bool> listens_;  ///< by zone
  std::size_t asking_ = 0;
  std::uint64_t asks_ = 0;
  Counter& received_;
  Counter& dropped_;
  Counter& bad_;
  Counter& gaps_;
  Counter& snapshots_;
};

}  // namespace amibroker::replication
