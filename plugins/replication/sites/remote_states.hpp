// SPDX-License-Identifier: Apache-2.0
//
// What other sites say, and what it makes the servers here show.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/host.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/replicator.hpp"
#include "plugins/replication/sites/contribution_table.hpp"
#include "plugins/replication/sites/hints.hpp"
#include "plugins/replication/sites/hybrid_clock.hpp"
#include "plugins/replication/sites/local_states.hpp"
#include "plugins/replication/sites/name_globs.hpp"
#include "plugins/replication/sites/registers.hpp"
#include "plugins/replication/sites/stream_text.hpp"
#include "plugins/replication/sites/zone_table.hpp"

namespace amibroker::replication {

/// What RemoteStates needs of the one that keeps the names and values.
class Names {
 public:
  /// Whether servers can hold a name like this, shared so, with this value.
  virtual bool may_be(std::string_view name, Sharing sharing, std::string_view value) = 0;
  /// The number of a value's text.
  virtual ValueId number_of(std::string_view value) = 0;
  /// The name's number, which is added if it is new; nothing if there are too many names, or if servers here have it as
  /// one that is shared in another way.
  virtual std::optional<KeyId> key_for(std::string_view name, Sharing sharing) = 0;
  /// What is shown for the key may be different.
  virtual void touch(KeyId key) = 0;

 protected:
  ~Names() = default;
};

/// Takes the lines of other sites one by one: bounds them, keeps them, and has the Replicator show them. What one site
/// can bring has a quota, and a name that sites say something of stays until they say nothing of it.
///
/// Loop's thread only. All that is referred to outlives this.
class RemoteStates {
 public:
  struct Parts {
    Host& host;
    Names& names;
    Replicator& replicator;
    const Neighbours& neighbours;
    KeyTable& keys;
    const ValueTable& values;
    const ZoneTable& zones;
    const LocalStates& states;
    Registers& registers;
    HybridClock& clock;
    Hints* hints;  ///< null: servers need all names
  };
  /// `most_names`: that one site may bring. `accept`: globs.
  RemoteStates(const Parts& parts, std::span<const std::string_view> accept, std::size_t most_names);

  /// What a stream is; `site`: for lines in the log.
  StreamId add_stream(SiteId site, std::string_view site_name, ZoneId zone, bool is_own_site);

  /// A server here set a shared name, and another broker speaks for the site. It hears the same, and says when that
  /// was: until then, or for `settle_within`, what was said before must not be shown in its place.
  void set_here(KeyId key, ValueId value);
  /// Once in a while: what the one that speaks did not take for news is shown as the registers say. `spoke`: when its
  /// last heartbeat came; if that was before it could have heard of the change, it may be gone, and nothing is decided.
  void settle(std::optional<TimePoint> spoke);
  /// This broker speaks from now on.
  void decide_all() { set_here_.clear(); }
  static constexpr std::chrono::seconds heard_within{1};
  static constexpr std::chrono::seconds settle_within{2};

  /// Whether this broker speaks for its site. If not, a snapshot of the one that does is right, since other sites hear
  /// only that one.
  void set_speaks(bool speaks) noexcept { speaks_ = speaks; }

  /// A line of a stream. `unix_ms`: the machine's clock.
  void take(StreamId stream, const Line& line, Urgency urgency, std::int64_t unix_ms);

  /// What the stream says from now on belongs to a new snapshot; what it said before, and does not say again, goes with
  /// `sweep`.
  void begin_snapshot(StreamId stream) {
    ++streams_[stream].generation;
    streams_[stream].shared.clear();
    streams_[stream].is_read = true;
  }
  void sweep(StreamId stream);
  /// The snapshot is complete: what it lacks goes.
  void end_snapshot(StreamId stream);
  /// Some of the names that the stream said were not taken, so it cannot be compared.
  [[nodiscard]] bool was_cut(StreamId stream) const noexcept { return streams_[stream].cut; }
  /// Whether that is so of some stream, so that what this site holds is not all that others hold.
  [[nodiscard]] bool was_cut() const noexcept {
    return std::any_of(streams_.begin(), streams_.end(), [](const Stream& stream) { return stream.cut; });
  }
  [[nodiscard]] ContributionTable::Sum sum(StreamId stream) const noexcept { return said_.sum(stream); }

  /// See Outside.
  void add(KeyId key, const Row& row, std::span<ValueId> shown) const noexcept;
  /// Servers have other zones: everything is shown anew, in slices.
  void show_all();
  /// A server has come to need this name.
  void show_name(std::string_view name);
  /// What is shared is shown as the registers say.
  void show_shared(ZoneId zone, std::string_view name, Urgency urgency);
  /// What the registers say that this server should hold; null: nothing.
  [[nodiscard]] const Registers::Register* expected(Place place, std::string_view name) const noexcept;

  [[nodiscard]] bool filters() const noexcept { return accept_.any(); }
  [[nodiscard]] bool any(KeyId key) const noexcept { return said_.any(key); }
  /// Names that the site brought.
  [[nodiscard]] std::size_t brought_by(SiteId site) const noexcept {
    return site < sites_.size() ? sites_[site].names : 0;
  }

  [[nodiscard]] std::string_view site_name(SiteId site) const noexcept { return sites_[site].name; }

  /// Calls `visit(SiteId, ZoneId, const ContributionTable::Entry&)` for what each site says of a one-way key.
  template <typename Visit>
  void each(KeyId key, Visit&& visit) const {
    said_.each(key, [&](const ContributionTable::Entry& entry) {
      const Stream& stream = streams_[entry.stream];
      visit(stream.site, stream.zone, entry);
    });
  }
  template <typename Visit>
  void each_value(Visit&& visit) const {
    said_.each_value(visit);
    parts_.registers.each_value(visit);
  }

  static constexpr std::size_t keys_a_slice = 20'000;

 private:
  struct Stream {
    SiteId site;
    ZoneId zone;
    bool own_site;
    std::uint16_t generation = 0;
    bool cut = false;
    bool is_read = false;
    std::set<std::string, std::less<>> shared{};  ///< names in the snapshot of the one that speaks for our site
  };
  struct Site {
    std::string name{};
    std::size_t names = 0;
    WarnedNames warned{};
    std::optional<TimePoint> warned_of_quota{};
    std::optional<TimePoint> warned_of_clock{};
  };
  void take_one_way(StreamId stream, const Line& line, Urgency urgency);
  void take_shared(StreamId stream, const Line& line, Urgency urgency, std::int64_t unix_ms);
  void remove(StreamId stream, KeyId key, Urgency urgency);
  [[nodiscard]] bool has_room(StreamId stream);
  void refuse(StreamId stream, std::string_view name, std::string_view reason);
  void warn_of_clock(Site& site);
  [[nodiscard]] bool waits(StreamId stream, const Line& line, Urgency urgency);
  void show(KeyId key, ZoneId zone, Urgency urgency);
  void work_soon();
  void work();
  void sweep_key(KeyId key);

  Parts parts_;
  NameGlobs accept_;
  std::size_t most_names_;
  ContributionTable said_;
  std::vector<Stream> streams_;
  std::vector<Site> sites_;
  std::map<StreamId, std::uint16_t> swept_;  ///< streams whose entries go that are older than this generation
  bool speaks_ = false;
  bool shows_all_ = false;
  KeyId next_ = 0;  ///< of the walk over all keys
  bool works_ = false;
  struct SetHere {
    std::string value;
    TimePoint since;
  };
  std::map<std::string, SetHere, std::less<>> set_here_;  ///< by name
  Counter& refused_;
  Counter& over_quota_;
  Counter& wrong_clock_;
};

}  // namespace amibroker::replication
