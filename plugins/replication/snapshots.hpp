// SPDX-License-Identifier: Apache-2.0
//
// When the states of a server are read, and how it is known which of its events are younger than the list.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/action.hpp"
#include "amibroker/host.hpp"
#include "amibroker/same_asterisk.hpp"
#include "plugins/replication/marks.hpp"
#include "plugins/replication/reading_pace.hpp"
#include "plugins/replication/snapshot_log.hpp"
#include "plugins/replication/types.hpp"

namespace amibroker::replication {

/// What a snapshot is for. Called on the loop's thread, for one server at a time in this order: list_asked, list_came,
/// list_applies; or list_failed instead of the rest. list_asked may come again before that.
class SnapshotReader {
 public:
  virtual void list_asked(ServerId server) = 0;
  /// The items are valid during the call only.
  virtual void list_came(ServerId server, std::span<const Message> items) = 0;
  /// Every event from now on is younger than the list. Those since list_asked may be older or younger.
  virtual void list_applies(ServerId server) = 0;
  /// May add headers to the action that asks for a fence.
  virtual void sign(ServerId server, Action& fence) = 0;
  /// No list this time; another attempt follows by itself.
  virtual void list_failed(ServerId server) = 0;

 protected:
  ~SnapshotReader() = default;
};

/// How a plugin reads its states, and how often.
struct SnapshotConfig {
  std::string_view plugin;                    ///< is part of the fence, so that plugins do not take each other's
  std::string_view list_action;               ///< `DeviceStateList`
  std::string_view module;                    ///< the Asterisk module that must be loaded for it
  std::chrono::seconds resync_interval{300};  ///< zero: only for a reason
  Life life{};                                ///< so that the fence of another broker is not taken for ours
  ListHeaders list_headers = nullptr;         ///< see Medium
};

/// Takes snapshots: when a server comes up, for a reason that somebody names (`soon`; see ReadingPace for how soon),
/// and regularly, one server after the other.
///
/// Events and answers come on two connections, so a list may overtake events that are older than it, and an old state
/// would follow a new one. So after the list a UserEvent is asked for, the fence. Asterisk does one action after the
/// other and publishes events in order: once the fence is seen among the events, all that are older than the list have
/// come, but for those of a burst that Asterisk's own threads still carry; these flicker and end right (decision 0008).
/// (Source: the module's command socket is a REP, which takes one request after the other; manager.c publishes all
/// events through one queue.) If the account may not send a UserEvent (it needs write = user), the list applies
/// after the time that a fence has, which is long for a queue inside Asterisk, but proves nothing. The same holds for a
/// server whose fences do not come though it was asked for some: it may keep them from us (the account needs
/// read = user), or its events are late for good.
///
/// A fence that another server publishes than the one that was asked proves that both are the same Asterisk, entered
/// twice; the daemon says so, once for all plugins.
///
/// Loop's thread only. Lives until Plugin::stop.
class Snapshots {
 public:
  /// The references must outlive this.
  Snapshots(Host& host, SnapshotReader& reader, const SnapshotConfig& config);
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  /// The next server, which is down.
  void add_server();
  void server_up(ServerId server);
  void server_down(ServerId server);
  /// Nothing is asked of this server any more.
  void retire_server(ServerId server);

  /// What is known of the server may be wrong: read it as soon as its pace allows. Nothing if it is down. `reason`,
  /// some words, is for the log.
  void soon(ServerId server, std::string_view reason);

  /// An event `UserEvent`; those of others are passed over.
  void on_user_event(ServerId server, const Message& event);

  /// How long an answer may take: a list of 100,000 devices takes a second or two.
  static constexpr std::chrono::seconds list_timeout{10};
  /// How long a fence may come after its list. Right after a connection was made the server may not know yet that we
  /// listen, and the fence is lost: so the first attempts follow quickly. This is the time of the first attempt; each
  /// further one has three times as long: 6.5 s in all, which is within Distributor::start_limit. After the last one
  /// the list applies all the same, and so does every further one after the time of the last attempt, until a fence is
  /// seen in time.
  static constexpr std::chrono::milliseconds fence_timeout{500};
  static constexpr std::uint32_t fence_attempts = 3;
  /// Also if the server refuses its list: while Asterisk starts, it does not know the action yet.
  static constexpr std::chrono::seconds first_retry{1};
  static constexpr std::chrono::seconds longest_retry{60};

 private:
  /// A fence that was asked for.
  struct Fence {
    std::uint64_t number = 0;
    TimePoint asked{};
  };
  struct Reading {
    std::uint64_t number = 0;                    ///< of the snapshot under way; 0: none is
    std::array<Fence, fence_attempts> fences{};  ///< the last that there were, the newest first
    bool retired = false;
    bool fenced = false;
    bool listed = false;
    std::string again;  ///< a reason that came meanwhile; empty: none did
    bool fence_refused = false;
    bool fence_accepted = false;
    bool fences_missing = false;  ///< no attempt of a snapshot brought one in time, and none was seen in time since
    std::optional<std::chrono::milliseconds> lateness{};  ///< of the last fence that came too late
    std::uint32_t failures = 0;
    std::uint32_t lost_fences = 0;  ///< in a row
    ReadingPace pace;
    TimerId timer = 0;  ///< waits for the fence, or for the next attempt
    TimePoint due{};    ///< when it runs out
  };

  void begin(ServerId server);
  void answered(ServerId server, std::uint64_t number, const Reply& reply);
  void fence_answered(ServerId server, std::uint64_t number, const Reply& reply);
  void finish_if_complete(ServerId server);
  void fail(ServerId server, std::string_view reason);
  void retry(ServerId server);
  void set_timer(ServerId server, std::chrono::milliseconds delay, void (Snapshots::*task)(ServerId));
  void give_up_fence(ServerId server);
  void read_next();
  [[nodiscard]] static const Fence* find_fence(const Reading& reading, std::uint64_t number) noexcept;
  void see_late_fence(ServerId server, const Fence& fence);
  void see_foreign_fence(ServerId server, std::uint64_t number);
  void set_resync_timer();

  Host& host_;
  SameAsterisk* same_asterisk_;  ///< null if the daemon does not want to know
  SnapshotReader& reader_;
  std::chrono::milliseconds resync_interval_;
  std::string list_action_;
  Action list_;  ///< what is sent
  SnapshotLog log_;
  std::string fence_prefix_;  ///< `<plugin>-<life of the broker>-`
  std::vector<Reading> readings_;
  std::uint64_t last_number_ = 0;
  TimerId resync_timer_ = 0;
  ServerId next_resync_ = 0;
  Counter& taken_;
  Counter& failed_;
};

}  // namespace amibroker::replication
