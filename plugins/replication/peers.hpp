// SPDX-License-Identifier: Apache-2.0
//
// Of several brokers with the same servers one writes to each server, and the others stand by.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/replication/marks.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// Decides for each server whether this broker leads there, which means that it writes. Brokers talk to each other only
/// by marks, which their servers publish to all of them: so a broker that does not reach a server cannot lead there,
/// and one that does can be seen by all others that do. Rule 11 of docs/replication.md, decision 0020.
///
/// - A broker that knows of no other leads everywhere, and sends no marks besides those on its fences.
/// - While it knows of others on a server, it marks that server every second. It leads there only as long as its own
///   marks come back: one that was stopped, or lost the connection, has to see a new mark of its own first, and with it
///   everything that was said meanwhile.
/// - Who leads goes on leading. If two do, the one that reaches fewer servers yields, of equals the younger one. A
///   leader also yields to a peer that says three times in a row that it reaches more.
/// - If nobody has said for `silence` that it leads, the best one does.
///
/// Pure logic: no I/O, and the time is an argument. All functions belong to one thread.
class Peers {
 public:
  /// None of the servers is up.
  Peers(const Life& life, std::size_t places) : life_(life), servers_(places) {}

  void add_server(Place place);
  void retire_server(Place place) { forget_server(servers_[place]); }
  void up(Place place, TimePoint now);
  /// Enough is known of the fleet to write to this server. Before that it does not lead beside others.
  void ready(Place place) noexcept { servers_[place].ready = true; }
  [[nodiscard]] bool is_ready(Place place) const noexcept { return servers_[place].ready; }
  void down(Place place, TimePoint now);

  /// A mark of another broker that is to do the same as this one.
  void heard(Place place, const Mark& mark, TimePoint now);
  /// A mark of our own came back.
  void returned(Place place, std::uint64_t number, TimePoint now);
  /// The server does not take marks, so others cannot see us there: we lead if we hear no other leader.
  void refused(Place place) noexcept { servers_[place].mute = true; }

  /// Call it every `tick_period` while it knows of others.
  void tick(TimePoint now);
  /// Whether ticks stayed away for so long that others may have taken over meanwhile: then call `tick` first of all.
  [[nodiscard]] bool stood_still(TimePoint now) const noexcept {
    return !with_peers_.empty() && now - last_tick_ > stall;
  }

  /// Whether this broker writes to this server.
  [[nodiscard]] bool leads(Place place) const noexcept { return servers_[place].leads; }
  /// Whether another one leads there that would lead here as well if both did.
  [[nodiscard]] bool follows(Place place, TimePoint now) const noexcept;
  /// Whether others are known on some server.
  [[nodiscard]] bool any() const noexcept { return !with_peers_.empty(); }
  [[nodiscard]] bool any(Place place) const noexcept { return !servers_[place].peers.empty(); }
  /// On how many servers it leads, and stands by, of those with others.
  [[nodiscard]] std::pair<std::size_t, std::size_t> balance() const noexcept;

  /// The next mark for this server.
  [[nodiscard]] Mark next_mark(Place place, TimePoint now);
  /// Servers that are to be sent a mark now.
  [[nodiscard]] std::vector<Place> marks_due(TimePoint now) const;
  /// Servers on which it began or ceased to lead since this was last asked.
  [[nodiscard]] std::vector<Place> take_changes() { return std::exchange(changes_, {}); }

  static constexpr std::chrono::milliseconds tick_period{250};
  static constexpr std::chrono::milliseconds mark_period{1000};
  /// A leader whose mark did not come back for so long leads no longer; `silence` is longer, so that it is over by
  /// then.
  static constexpr std::chrono::milliseconds lease{1900};
  static constexpr std::chrono::milliseconds silence{2200};
  static constexpr std::chrono::milliseconds stall{1000};
  /// If on a server neither our own marks come back nor those of others come, its events do not reach us: then we lead.
  static constexpr std::chrono::seconds deaf_after{10};
  /// How long a broker that starts, and has heard another one somewhere, gives it to say on the other servers who
  /// leads.
  static constexpr std::chrono::milliseconds answer_wait{1000};
  static constexpr std::chrono::seconds forget_after{60};
  static constexpr std::chrono::milliseconds least_gap{100};  ///< between marks that answer something
  static constexpr int yield_after = 3;
  static constexpr std::size_t most_peers = 8;  ///< of one server; the one that was not heard for longest goes

 private:
  struct Peer {
    Life life;
    std::uint64_t number = 0;
    TimePoint heard{};
    std::uint32_t reach = 0;
    bool leads = false;
    int ahead = 0;          ///< marks in a row by which it reaches more than we do
    bool declined = false;  ///< it did not lead when it was its turn, and has not since
  };
  struct Server {
    bool up = false;
    bool ready = false;
    bool waits = false;  ///< whether another one answers here, who was heard elsewhere
    TimePoint up_since{};
    bool leads = true;
    bool mute = false;
    std::uint64_t sent = 0;        ///< number of our last mark
    std::uint64_t valid_from = 1;  ///< the first of our marks that proves anything
    std::optional<TimePoint> returned{};
    TimePoint last_mark{};
    TimePoint next_mark{};
    TimePoint leader_heard{};
    std::vector<Peer> peers{};
  };

  [[nodiscard]] bool is_better(const Peer& peer) const noexcept;
  [[nodiscard]] static bool holds_lease(const Server& server, TimePoint now) noexcept;
  [[nodiscard]] static bool is_deaf(const Server& server, TimePoint now) noexcept;
  static void expect_leader(Server& server, TimePoint now);
  [[nodiscard]] Peer& peer_of(Place place, const Life& life);
  void wait_for_answer(Place place, TimePoint now);
  void end_waiting(TimePoint now);
  void set_leads(Place place, bool leads, TimePoint now);
  void answer(Server& server, TimePoint now) noexcept;
  void look(Place place, TimePoint now);
  void try_to_lead(Place place, TimePoint now);
  void forget_server(Server& server);

  Life life_;
  std::vector<Server> servers_;
  std::vector<Place> with_peers_;
  std::vector<Place> waiting_;
  std::vector<Place> changes_;
  std::uint32_t reach_ = 0;
  TimePoint last_tick_{};
};

}  // namespace amibroker::replication
