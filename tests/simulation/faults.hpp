// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong in a run, or make it harder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amibroker::simulation {

enum class Fault : std::uint8_t {
  slow_messages,    ///< some messages take up to seconds, so that the channels of a server overtake each other
  conflicts,        ///< the same presence or shared device is changed on several servers at once
  shared_devices,   ///< several servers have a native device of the same name
  unknown_states,   ///< native devices become UNKNOWN
  initial_states,   ///< states are there, and change, before the broker has found the servers
  custom,           ///< `custom = yes`: the servers share lamps that their dialplans set
  event_loss,       ///< events vanish; the next number of the server shows it
  silent_loss,      ///< events vanish on servers whose module does not number them
  reply_loss,       ///< an action runs and its reply vanishes
  command_loss,     ///< an action vanishes on its way
  duplicates,       ///< Asterisk publishes the same event twice
  server_restarts,  ///< Asterisk is restarted, and is away for a while
  partitions,       ///< a connection breaks, or hangs, for less or more than `lost_after`
  slow_targets,     ///< a server takes seconds for each action, for a while
  refusals,         ///< a server answers writes with an error, for a while
  broker_restarts,  ///< the broker is killed, and starts again
  down_at_start,    ///< a server comes only after the broker has started
  stays_down,       ///< a server goes and does not come back
  freezes,          ///< a server stands still, and carries out what it was sent before only once it goes on
  fleet_changes,    ///< servers are taken out of the configuration while the broker runs, and put into it
  hidden_fences,    ///< a server accepts UserEvent, but never sends the event to the broker
  endless_boots,    ///< a server says FullyBooted all the time
  floods,           ///< a server makes up a hundred devices that live for one call
  second_broker,    ///< another broker has the same servers
  rival_broker,     ///< another broker has the same servers under other names, so that each writes
  replicator,       ///< two servers copy shared names to each other by themselves
  // Of several sites only.
  pairs,          ///< some sites have two brokers
  late_bus,       ///< some messages between sites take up to seconds
  lossy_bus,      ///< some are lost
  doubled_bus,    ///< some come twice
  cut_sites,      ///< two brokers do not hear each other, or one does not hear the other, for less or more than
                  ///< `lost_after`
  lone_sites,     ///< a site hears no other one, or is not heard
  no_engine,      ///< the engine is away for all, or one broker loses its connection to it
  dead_sites,     ///< all brokers of a site are killed, and start again
  still_brokers,  ///< a broker stands still for a while
  wrong_clocks,   ///< machines' clocks differ by up to 20 s, and jump
  far_clocks,     ///< a machine's clock is wrong by minutes, and set right, in most runs backwards
  full_queues,    ///< what is under way to a broker is thrown away, and it is told
};
/// Those that one site alone may have, and all.
inline constexpr std::size_t local_fault_count = 26;
inline constexpr std::size_t fault_count = 38;

/// The word for a fault on the command line and in traces.
inline constexpr std::array<std::string_view, fault_count> fault_words{
    "slow_messages", "conflicts",     "shared_devices", "unknown_states",  "initial_states", "custom",
    "event_loss",    "silent_loss",   "reply_loss",     "command_loss",    "duplicates",     "server_restarts",
    "partitions",    "slow_targets",  "refusals",       "broker_restarts", "down_at_start",  "stays_down",
    "freezes",       "fleet_changes", "hidden_fences",  "endless_boots",   "floods",         "second_broker",
    "rival_broker",  "replicator",    "pairs",          "late_bus",        "lossy_bus",      "doubled_bus",
    "cut_sites",     "lone_sites",    "no_engine",      "dead_sites",      "still_brokers",  "wrong_clocks",
    "far_clocks",    "full_queues"};

class FaultSet {
 public:
  [[nodiscard]] static constexpr FaultSet all() noexcept {
    FaultSet set;
    set.bits_ = (std::uint64_t{1} << fault_count) - 1;
    return set;
  }

  [[nodiscard]] constexpr bool has(Fault fault) const noexcept { return (bits_ & bit(fault)) != 0; }
  constexpr void add(Fault fault) noexcept { bits_ |= bit(fault); }
  constexpr void remove(Fault fault) noexcept { bits_ &= ~bit(fault); }

  /// `all`, `none`, or words with commas between, each of which may have a `-` before it to take it away again.
  /// Nothing if a word is unknown.
  [[nodiscard]] static std::optional<FaultSet> parse(std::string_view text) {
    FaultSet set;
    while (!text.empty()) {
      const std::size_t comma = text.find(',');
      std::string_view word = text.substr(0, comma);
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
      const bool without = word.starts_with('-');
      if (without) word.remove_prefix(1);
      if (!set.change(word, without)) return std::nullopt;
    }
    return set;
  }

  [[nodiscard]] std::string text() const {
    if (bits_ == all().bits_) return "all";
    std::string words;
    for (std::size_t i = 0; i < fault_count; ++i)
      if (has(static_cast<Fault>(i))) words.append(words.empty() ? "" : ",").append(fault_words[i]);
    return words.empty() ? "none" : words;
  }

 private:
  static constexpr std::uint64_t bit(Fault fault) noexcept { return std::uint64_t{1} << static_cast<unsigned>(fault); }

  bool change(std::string_view word, bool without) noexcept {
    if (word == "all" || word == "none") {
      *this = (word == "all") != without ? all() : FaultSet();
      return true;
    }
    for (std::size_t i = 0; i < fault_count; ++i) {
      if (word != fault_words[i]) continue;
      without ? remove(static_cast<Fault>(i)) : add(static_cast<Fault>(i));
      return true;
    }
    return false;
  }

  std::uint64_t bits_ = 0;
};

}  // namespace amibroker::simulation
