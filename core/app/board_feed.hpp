// SPDX-License-Identifier: Apache-2.0
//
// What the board shows, as it happens: docs/board.md has the events.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/app/lamp_mirror.hpp"
#include "core/app/loop_share.hpp"
#include "core/base/event_loop.hpp"
#include "core/base/histogram.hpp"
#include "core/control/feed.hpp"
#include "core/host/plugin_host.hpp"
#include "core/link/servers.hpp"

namespace amibroker::app {

/// While somebody watches, or asked lately for how lamps stand, the plugins are asked again and again: in pieces, and
/// for no more than a small share of the loop's time, so that much that changes at once is told later, and what changed
/// several times meanwhile is told once. Else it costs nothing. Loop's thread only.
class BoardFeed {
 public:
  struct Pace {
    std::chrono::milliseconds watched{50};        ///< between two questions to each plugin while somebody watches
    std::chrono::milliseconds counted{1000};      ///< the same while only the numbers are wanted
    std::chrono::milliseconds patience{120'000};  ///< numbers that nobody asked for so long are not wanted
    std::chrono::milliseconds snapshot{200};      ///< readers that come within this time begin with the same one
  };

  /// All of it outlives this.
  BoardFeed(base::EventLoop& loop, const host::PluginHost& plugins, const link::Servers& servers, Pace pace);
  BoardFeed(base::EventLoop& loop, const host::PluginHost& plugins, const link::Servers& servers)
      : BoardFeed(loop, plugins, servers, Pace()) {}
  ~BoardFeed();
  BoardFeed(const BoardFeed&) = delete;
  BoardFeed& operator=(const BoardFeed&) = delete;

  [[nodiscard]] control::Feed& feed() noexcept { return feed_; }

  /// How many lamps stand how; null until that is known. From the first question on it is kept up to date for a while.
  struct Counts {
    std::uint64_t right = 0, in_flight = 0, waiting = 0, refused = 0, held = 0, down = 0;
  };
  [[nodiscard]] const Counts* counts();
  /// From the event that tells of a change to the answer of each server that shows it, by plugin; asked for with the
  /// counts.
  [[nodiscard]] const std::map<std::string, base::Histogram>& delays() const noexcept { return delays_; }

  static constexpr std::size_t lamps_a_part = 500;
  /// Numbers of a server that change all the time are told once in so many looks.
  static constexpr std::size_t looks_a_round = 100;

 private:
  /// What is told of a server at once if it changes.
  struct Shown {
    bool told = false;
    bool up = false;
    bool gone = false;
    std::chrono::steady_clock::time_point since{};
    std::string_view label{};  ///< its bytes move with each reload that changes it
  };

  void go_on();
  void look();
  void look_at_servers();
  void ask_for_delays();
  [[nodiscard]] Shown shown_of(const link::Server& server) const;
  struct Snapshot;
  [[nodiscard]] control::Feed::Opening open();
  [[nodiscard]] std::shared_ptr<const Snapshot> take_snapshot();
  [[nodiscard]] LampMirror::Plugins plugins_of();
  void tell(const LampMirror::Shared& before, const LampMirror::Shared& now);
  void publish(const char* event, const control::Json& data);
  void publish_later(const char* event, const Lamp& lamp, std::function<control::Json()> make);

  base::EventLoop& loop_;
  const host::PluginHost& plugins_;
  const link::Servers& servers_;
  Pace pace_;
  control::Feed feed_;
  std::shared_ptr<LoopShare> share_ = std::make_shared<LoopShare>(20);  // questions that are under way have it too
  LampMirror mirror_;
  Counts counts_;
  std::map<std::string, base::Histogram> delays_;
  std::chrono::steady_clock::time_point delays_due_{};
  std::shared_ptr<const Snapshot> snapshot_;  ///< the last one
  std::vector<Shown> shown_;
  std::size_t looks_ = 0;
  base::TimerHandle timer_ = 0;
  std::chrono::steady_clock::time_point counted_until_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace amibroker::app
