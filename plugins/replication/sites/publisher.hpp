// SPDX-License-Identifier: Apache-2.0
//
// What this site tells others: a numbered stream for each zone, and what it holds to whoever asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/bus.hpp"
#include "amibroker/host.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/sites/contribution_table.hpp"
#include "plugins/replication/sites/local_states.hpp"
#include "plugins/replication/sites/name_globs.hpp"
#include "plugins/replication/sites/registers.hpp"
#include "plugins/replication/sites/stream_text.hpp"
#include "plugins/replication/sites/zone_table.hpp"

namespace amibroker::replication {

/// Speaks for the site between `begin` and `end`. What changes in one round of the loop goes out as one message a zone
/// (more, if it is much); only what is different from what was said is said. All that may be long is done in slices.
///
/// Loop's thread only. All that is referred to outlives this; it lives until Plugin::stop.
class Publisher {
 public:
  Publisher(Host& host, Bus& bus, const Replicator& replicator, const KeyTable& keys, const ValueTable& values,
            const ZoneTable& zones, const LocalStates& states, const Registers& registers);

  /// Begins to speak, or begins anew: numbers begin with 1, and nobody has heard anything. What the servers say now is
  /// looked up first; until then nothing is said.
  void begin(std::uint64_t epoch);
  void end();
  /// Whether all was looked up.
  [[nodiscard]] bool is_ready() const noexcept { return speaks_ && !fills_; }

  /// What the servers say of a one-way key may be different.
  void contributed(KeyId key);
  /// The key is being given back.
  void removed(KeyId key);
  /// Some server has other zones.
  void zones_changed();
  /// A shared name was set here.
  void news(ZoneId zone, std::string_view name, std::string_view value, Stamp stamp);

  /// A part of what a zone's stream holds; nothing if it is not to be answered. At most 20,000 keys are looked at.
  [[nodiscard]] std::optional<std::string> part(ZoneId zone, const PartQuestion& question, bool complete) const;
  /// What the streams hold, after all that waits to be said was said.
  void add_streams(Heartbeat& heartbeat);
  [[nodiscard]] bool filters() const noexcept { return share_.any(); }

  template <typename Visit>
  void each_value(Visit&& visit) const {
    said_.each_value(visit);
  }

  static constexpr std::size_t keys_a_slice = 2000;
  static constexpr std::size_t keys_a_part = 20'000;
  static constexpr std::size_t bytes_a_message = std::size_t{64} * 1024;

 private:
  struct Stream {
    std::uint64_t number = 0;
    std::string pending{};
  };
  void work_soon();
  void work();
  void look(KeyId key);
  void withdraw(KeyId key, ZoneId zone);
  void say(ZoneId zone, const Line& line);
  void send(ZoneId zone);

  Host& host_;
  Bus& bus_;
  const Replicator& replicator_;
  const KeyTable& keys_;
  const ValueTable& values_;
  const ZoneTable& zones_;
  const LocalStates& states_;
  const Registers& registers_;
  NameGlobs share_;
  ContributionTable said_;  ///< the streams are the zones
  bool speaks_ = false;
  bool fills_ = false;  ///< looks up what is there, and says nothing
  KeyId next_ = 0;      ///< the next key of a look at all
  bool looks_at_all_ = false;
  std::uint64_t epoch_ = 0;
  std::vector<Stream> streams_;      ///< by zone
  LocalStates::InZones in_zones_{};  ///< of the key that is looked at
  std::vector<KeyId> changed_;
  std::vector<bool> is_changed_;  ///< by key
  bool works_ = false;
  Counter& sent_;
  Counter& not_sent_;
};

/// The topic of a zone: `what`, or `what.ZONE`.
[[nodiscard]] std::string topic_of(std::string_view what, std::string_view zone);

}  // namespace amibroker::replication
