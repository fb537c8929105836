// SPDX-License-Identifier: Apache-2.0
//
// This site among others.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/bus.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/outside.hpp"
#include "plugins/replication/sites/publisher.hpp"
#include "plugins/replication/sites/receiver.hpp"
#include "plugins/replication/sites/remote_states.hpp"
#include "plugins/replication/sites/site_watch.hpp"
#include "plugins/replication/sites/speaker.hpp"

namespace amibroker::replication {

/// Tells other sites what the servers here say, and the servers here what other sites say (docs/cluster.md). There is
/// one only if the host has a Bus.
///
/// Loop's thread only. All that is referred to outlives this; it lives until Plugin::stop.
class Sites final : public Outside {
 public:
  struct Parts {
    Host& host;
    Bus& bus;
    Names& names;
    Replicator& replicator;
    const Neighbours& neighbours;
    const Combiner& combiner;
    const Places& places;
    KeyTable& keys;
    const ValueTable& values;
  };
  /// What the owner knows of its servers.
  struct Local {
    bool ready = false;     ///< enough is known of the servers to speak for them
    bool complete = false;  ///< all servers were read, or are lost
    bool alone = true;      ///< no other broker is seen on the servers
    bool leads = true;      ///< it writes to most of those on which there are others
    std::uint32_t reach = 0;
  };
  /// `local`: asked at each tick. `variant`: equal for plugins whose options make the same names and values.
  /// `most_names`: that one site may bring.
  Sites(const Parts& parts, const Life& life, std::function<Local()> local, std::uint64_t variant,
        std::size_t most_names);
  ~Sites();
  Sites(const Sites&) = delete;
  Sites& operator=(const Sites&) = delete;

  /// Servers were added, changed or retired.
  void servers_changed();
  /// A server's states were read.
  void server_read(ServerId server) {
    if (hints_) hints_->server_read(server);
  }
  /// It is about to lose its place.
  void server_retired(ServerId server) {
    if (hints_) hints_->server_retired(server);
  }
  /// A key is being given back.
  void removed(KeyId key);

  /// Whether what other sites say is known as far as it can be, so that servers may be written to: on a start, the
  /// first `start_wait` at most.
  [[nodiscard]] bool is_settled() const noexcept;
  /// Whether all sites that there may be were heard, or are lost: names that nobody contributes to are nobody's.
  [[nodiscard]] bool knows_all() const noexcept;

  [[nodiscard]] const std::map<std::string, Receiver::Site, std::less<>>& sites() const noexcept {
    return receiver_.sites();
  }
  [[nodiscard]] const RemoteStates& remote() const noexcept { return remote_; }
  [[nodiscard]] bool speaks() const noexcept { return speaker_.speaks(); }
  [[nodiscard]] std::string_view site() const noexcept { return parts_.bus.info().site; }
  [[nodiscard]] bool is_up() const noexcept { return parts_.bus.is_up(); }
  [[nodiscard]] bool other_speaks() const noexcept { return speaker_.other_speaks(parts_.host.now()); }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return speaker_.epoch(); }
  [[nodiscard]] std::chrono::seconds lost_after() const noexcept { return parts_.bus.info().lost_after; }
  [[nodiscard]] const SiteWatch& watch() const noexcept { return watch_; }
  [[nodiscard]] bool is_reading(const Receiver::Site& site) const noexcept { return receiver_.is_reading(site); }
  /// Calls `visit(std::string_view name)` for each zone in which the site is followed.
  template <typename Visit>
  void each_zone(const Receiver::Site& site, Visit&& visit) const {
    receiver_.each_zone(site, [&](ZoneId zone) { visit(zones_.name(zone)); });
  }
  [[nodiscard]] std::string_view zone_name(ZoneId zone) const noexcept { return zones_.name(zone); }

  /// What a site says of a name.
  struct Word {
    std::string_view site;  ///< empty: nobody knows any more which
    std::string_view zone;
    ValueId value;
    std::optional<std::chrono::milliseconds> age{};  ///< nothing: not known
  };
  /// Of a device, what each other site says of one of its own; of a name that is shared, what it was set to last, and
  /// by whom, which may be this site. At most `most_words`.
  [[nodiscard]] std::vector<Word> words(KeyId key) const;
  /// The other site whose word about the name came last, after those of the servers here; nothing: there is none, or it
  /// is not known which.
  [[nodiscard]] std::optional<std::string_view> last_site(KeyId key) const;

  template <typename Visit>
  void each_value(Visit&& visit) const {
    remote_.each_value(visit);
    publisher_.each_value(visit);
  }

  // Outside
  void add(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept override;
  void contributed(KeyId key, Place origin, bool found) noexcept override;
  void news(KeyId key, Place server, ValueId value, bool found) noexcept override;

  static constexpr std::chrono::milliseconds tick_period{250};
  static constexpr std::chrono::milliseconds heartbeat_period{1000};
  static constexpr std::chrono::milliseconds first_heartbeats{1500};
  static constexpr std::chrono::milliseconds start_wait{3000};
  static constexpr std::size_t most_words = 50;
  static constexpr std::uint64_t names_every = 10;  ///< heartbeats that say the SystemNames, too

 private:
  [[nodiscard]] std::string_view name_of(SiteId site) const noexcept;
  [[nodiscard]] std::optional<std::chrono::milliseconds> age_of(Stamp stamp) const noexcept;
  [[nodiscard]] bool is_shared(KeyId key) const noexcept;
  Hints& make_hints();
  void tick();
  void look_at_clock();
  void speak();
  void take_over(KeyId key);
  [[nodiscard]] Stamp stamp_now(std::string_view name, Place server) noexcept;
  void set(ZoneId zone, KeyId key, ValueId value, Stamp stamp);
  void beat();
  void heard_heartbeat(const Bus::Heard& heard);
  void check(std::string_view site, const Heartbeat& heartbeat);
  void warn(std::string_view about, const std::string& text);
  void serve(ZoneId zone);

  Parts parts_;
  Life life_;
  std::function<Local()> ask_local_;
  std::uint64_t variant_;
  ZoneTable zones_;
  LocalStates states_;
  Registers registers_;
  HybridClock clock_;
  std::optional<Hints> hints_{};  ///< with `show = hinted`
  RemoteStates remote_;
  Publisher publisher_;
  Receiver receiver_;
  Speaker speaker_;
  SiteWatch watch_;
  Local local_{};
  TimePoint started_;
  std::optional<TimePoint> up_since_{};
  TimePoint next_beat_{};
  std::uint64_t beats_ = 0;
  std::int64_t last_unix_ms_;
  TimePoint last_looked_at_;
  std::set<ZoneId> served_;
  std::map<std::string, TimePoint, std::less<>> warned_;
  TimerId timer_ = 0;
};

}  // namespace amibroker::replication
