// SPDX-License-Identifier: Apache-2.0
//
// Joins the replication logic to the broker: names and values become numbers, writes become actions, replies,
// snapshots and timers come back. What all plugins have in common that distribute states.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/replication/medium.hpp"
#include "plugins/replication/combiner.hpp"
#include "plugins/replication/key_table.hpp"
#include "plugins/replication/lamp_commands.hpp"
#include "plugins/replication/lamp_delay.hpp"
#include "plugins/replication/lamp_feed.hpp"
#include "plugins/replication/name_quotas.hpp"
#include "plugins/replication/name_rules.hpp"
#include "plugins/replication/neighbours.hpp"
#include "plugins/replication/notes.hpp"
#include "plugins/replication/orphans.hpp"
#include "plugins/replication/peer_log.hpp"
#include "plugins/replication/peers.hpp"
#include "plugins/replication/places.hpp"
#include "plugins/replication/replicator.hpp"
#include "plugins/replication/sites/site_commands.hpp"
#include "plugins/replication/sites/sites.hpp"
#include "plugins/replication/snapshots.hpp"
#include "plugins/replication/start_gate.hpp"
#include "plugins/replication/state_report.hpp"
#include "plugins/replication/value_table.hpp"
#include "plugins/replication/write_log.hpp"

namespace amibroker::replication {

/// Distributes states over the servers of a host.
///
/// Options of the plugin that it reads: `lost_after`, `resync_interval`, `server_share`, and the one that Medium::limit
/// names. A name that nobody contributes to, and that no server holds or should hold, is given back after some seconds,
/// and is not taken in the first place if it comes up with such a value.
///
/// Counters besides WriteLog's, Snapshots' and NameQuotas': `echoes`, `repeats` and `early_events` among the events;
/// `corrected` events by which a server showed something that somebody else had written, or a write of ours that came
/// late; `held` times that a name was not written for a while, because somebody else kept changing it; `refused_names`,
/// events whose name cannot be written and writes whose name a wire cannot carry; `names_given_back`.
///
/// Loop's thread only. Its requests and its timers refer to it: it lives until Plugin::stop, after which the host calls
/// neither.
class Distributor final : private Writer, private SnapshotReader, private Names {
 public:
  /// Everything that is referred to must outlive this. `neighbours`: those that `combiner` looks at; the Distributor
  /// enters the servers of the host.
  Distributor(Host& host, ListReader& reader, Neighbours& neighbours, const Combiner& combiner, const Medium& medium);
  ~Distributor();

  Distributor(const Distributor&) = delete;
  Distributor& operator=(const Distributor&) = delete;

  /// The number of a value's text. Valid until the next call, unless a server should hold it by then.
  [[nodiscard]] ValueId value(std::string_view text);

  /// The origin says what a device or presentity of its own is; targets hold it as `shown_name`. no_value: it has no
  /// state any more. `technology`: see ListedState.
  void changed_at_origin(ServerId origin, std::string_view shown_name, std::string_view technology, ValueId value);

  /// A server says that `shown_name`, which all servers share, has this value.
  void changed_on(ServerId server, std::string_view shown_name, ValueId value);

  /// A server says what it shows under a name that the broker writes there; nothing: it has no such name any more.
  void shown_on(ServerId server, std::string_view shown_name, std::optional<ValueId> value);

  /// Whether it is a name that the broker writes for a device of some server.
  [[nodiscard]] bool is_one_way(std::string_view shown_name) const noexcept {
    const std::optional<KeyId> key = keys_.find(shown_name);
    return key && replicator_.sharing(*key) == Sharing::one_way;
  }

  /// Whether the name is known.
  [[nodiscard]] bool knows(std::string_view shown_name) const noexcept { return keys_.find(shown_name).has_value(); }

  /// Whether some server is shown a device or presentity of another one under this name, or was.
  [[nodiscard]] bool shows(std::string_view shown_name) const noexcept;

  /// Whether this is a name that the broker uses for itself, and that is not distributed.
  [[nodiscard]] bool is_note(std::string_view shown_name) const noexcept { return notes_.is_note(shown_name); }

  /// Events that are not states: what is known of the server may be wrong, or a snapshot's fence. The plugin hands on
  /// every event that it does not handle itself.
  void on_other_event(ServerId server, const Message& event);

  void server_up(ServerId server);
  void server_down(ServerId server);
  /// A new server: what the others say is shown on it as soon as it is read.
  void server_added(ServerId server);
  /// The host says something else of a server. `filters_changed`: other names of its own pass now; those that do not
  /// any more are withdrawn as soon as its states are read again.
  void server_changed(ServerId server, bool filters_changed);
  /// A server is gone for good: what it contributed is withdrawn at once.
  void server_retired(ServerId server);
  void events_lost(ServerId server) { snapshots_.soon(server, "events were lost"); }
  void report() { report_.begin(); }

  /// Answers what administrators ask, from now on.
  void answer(Commands& commands, LampCommands::Naming naming) {
    lamp_commands_.add_to(commands, std::move(naming));
    if (site_commands_) site_commands_->add_to(commands);
  }

  /// This site among others; null: there are none.
  [[nodiscard]] const Sites* sites() const noexcept { return sites_ ? &*sites_ : nullptr; }

  /// Values that are kept at present.
  [[nodiscard]] std::size_t values() const noexcept { return values_.size(); }

  /// Names that are known at present, and cells of them on servers.
  [[nodiscard]] std::size_t names() const noexcept { return keys_.size(); }
  [[nodiscard]] std::size_t cells() const noexcept { return replicator_.cells(); }

  /// How often some of the names are looked at, in how many times all are, unless there are very many, and how many are
  /// at most: the loop must not stop for long.
  static constexpr std::chrono::milliseconds tidy_interval{500};
  static constexpr std::size_t tidyings_a_round = 10;
  static constexpr std::size_t most_a_tidying = 20'000;
  /// Names that must have gone before memory is given back.
  static constexpr std::size_t least_to_shrink = 1000;

  /// How long a write waits for its answer before it is written again. A server answers in order, so a write that was
  /// not answered yet is still before all that could be sent after it: to repeat it helps nobody. What is lost shows by
  /// the answer to something later, a Ping at the latest, and by the end of the connection.
  static constexpr std::chrono::milliseconds write_timeout{30'000};

  /// How long a start of the broker waits for servers that are not there, and for those that do not list their states;
  /// and after which time what neither can change is written (Replicator::open_early).
  static constexpr std::chrono::milliseconds early_wait{1000};
  static constexpr std::chrono::milliseconds start_wait{3000};
  static constexpr std::chrono::milliseconds start_limit{8000};
  /// What a server was sent on a connection that was lost has run after so long.
  static constexpr std::chrono::milliseconds late_writes{1000};
  /// How long the first orphans are left as they are once all servers were read: time for other brokers to say that
  /// they are there.
  static constexpr std::chrono::milliseconds first_orphans{1000};
  /// How often what waits for other sites is looked at.
  static constexpr std::chrono::milliseconds look_at_sites{250};
  /// How long after a change of the fleet other brokers are told of it, so that many changes are told once.
  static constexpr std::chrono::milliseconds announce_after{1000};

 private:
  // Writer
  void write(Place target, KeyId key, ValueId value) noexcept override;
  // SnapshotReader
  void list_asked(ServerId server) override;
  void list_came(ServerId server, std::span<const Message> items) override;
  void list_applies(ServerId server) override;
  void list_failed(ServerId server) override;
  void sign(ServerId server, Action& fence) override;
  // Names
  bool may_be(std::string_view name, Sharing sharing, std::string_view value) override;
  ValueId number_of(std::string_view text) override { return value(text); }
  std::optional<KeyId> key_for(std::string_view name, Sharing sharing) override;
  void touch(KeyId key) override { feed_.touch(key); }

  void answered(ServerId target, KeyId key, const Reply& reply);
  /// What a server says of a name.
  struct Said {
    Sharing sharing;
    ValueId value;
    std::optional<Listed::Kind> listed;  ///< nothing: an event said it
  };
  [[nodiscard]] std::optional<KeyId> key_of(ServerId server, std::string_view shown_name, const Said& said);
  void refuse(ServerId server, std::string_view name, std::string_view reason);
  [[nodiscard]] bool is_left_alone(ServerId server, const ListedState& state);
  void note_held(ServerId server, KeyId key, const ListedState& state);
  void leave_notes(ServerId target);
  void notes_left(ServerId target, const Reply& reply);
  void send(ServerId target, KeyId key, ValueId value);
  void look_for_orphans();
  void clear_orphans();
  void clear_orphan(KeyId key, std::size_t& told);
  void take_over(ServerId server, KeyId key);
  void drop_list(ServerId server);
  void forget_gone(ServerId server);
  void sweep_values();
  void tidy();
  void give_back(KeyId key);
  void end_round();
  void start_lost_timer(ServerId server);
  void decide(Place place);
  void open_gates();
  void start_gate_timers(bool lists_show_names);
  void lose(ServerId server);
  void set_retry_timer();
  [[nodiscard]] std::uint64_t fleet();
  [[nodiscard]] std::uint64_t fleet_sign() const;
  [[nodiscard]] Mark mark_for(ServerId server);
  void fleet_changed();
  void user_event(ServerId server, const Message& event);
  void heard_other(ServerId server, const Life& life, bool read_just_now);
  void follow_peers();
  void hold(ServerId server);
  void send_mark(ServerId server);
  void tick_peers();
  void look_at_clock();
  void tell_of_held();
  void join_sites(Bus& bus, const Combiner& combiner);
  void look_at_sites_again();
  [[nodiscard]] Sites::Local local_side() const;

  Host& host_;
  ListReader& reader_;
  std::string plugin_;
  std::string variant_;
  WriteAction write_;  ///< see Medium
  Life life_ = begin_life();
  std::optional<std::uint64_t> fleet_{};  ///< nothing: to be looked up
  std::chrono::milliseconds lost_after_;
  KeyTable keys_;
  NameQuotas quotas_;
  ValueTable values_;
  Neighbours& neighbours_;
  Places places_;
  Replicator replicator_;
  StartGate gate_;
  Peers peers_;
  PeerLog peer_log_;
  Orphans orphans_;
  Notes notes_;
  Snapshots snapshots_;
  StateReport report_;
  LampFeed feed_;
  LampDelay delay_;
  LampCommands lamp_commands_;
  WriteLog log_;
  struct Server {
    std::vector<Listed> list;      ///< waits for its fence; holds its keys, but for those of neutral values
    std::vector<KeyId> gone;       ///< keys that were given back since then: what the list says of them is void
    std::vector<KeyId> held_back;  ///< writes that wait for the notes; in flight, so their keys stay
    bool list_was_cut = false;     ///< some names in it were one too many
    WarnedNames warned;            ///< names that it has and that cannot be written
    TimerId lost_timer = 0;        ///< runs while it is down
    bool filters_changed = false;  ///< since it was read
    bool unanswered = false;       ///< a write had no answer since it last came up
    bool read_twice = false;       ///< what had no answer then may run after its first list, so it is read again
    TimerId second_reading = 0;    ///< waits for that
    /// A broker that is not to stand in for this one said that it is there since its states were last asked for, or
    /// before that: no name there is an orphan.
    bool others_heard = false;
    bool others_heard_before = false;
    TimePoint others_answered{};
  };
  std::vector<Server> servers_;
  bool combines_;                 ///< values are combined, so that only those of Medium::values make sense
  std::optional<Sites> sites_{};  ///< if there are other sites
  std::optional<SiteCommands> site_commands_{};

  Action action_{"Setvar"};  ///< used again for every write, and as it is for further targets of the same change
  KeyId action_key_ = no_key;
  ValueId action_value_ = no_value;

  KeyId next_tidied_ = 0;
  std::size_t given_back_ = 0;  ///< names, since memory was given back
  TimerId tidy_timer_ = 0;
  TimerId start_timer_ = 0;
  TimerId orphan_timer_ = 0;
  TimerId sites_timer_ = 0;
  bool sites_were_settled_ = false;
  bool sites_were_known_ = false;
  bool orphans_are_due_ = false;
  TimerId peer_timer_ = 0;
  TimerId announce_timer_ = 0;
  std::optional<Life> heard_peer_{};  ///< since the last tick
  std::size_t began_to_lead_ = 0;     ///< servers, since the last tick
  std::size_t ceased_to_lead_ = 0;
  TimerId timer_ = 0;
  TimePoint timer_due_{};

  Counter& echoes_;
  Counter& corrected_;
  Counter& held_;
  Counter& repeats_;
  Counter& early_events_;
  Counter& refused_names_;
  Counter& names_given_back_;
};

}  // namespace amibroker::replication
