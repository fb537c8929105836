// SPDX-License-Identifier: Apache-2.0
//
// This broker among those of all sites: what the plugins' buses share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/bus.hpp"
#include "core/base/event_loop.hpp"
#include "core/bus/courier.hpp"
#include "core/bus/engine.hpp"
#include "core/bus/figures.hpp"
#include "core/bus/inbox.hpp"
#include "core/bus/settings.hpp"
#include "core/bus/subjects.hpp"

namespace amibroker::cluster {

/// What came for a plugin. The views are valid during the call.
struct Arrived {
  const Subject& subject;
  std::string_view reply;
  std::string_view payload;
};

/// One instance of a plugin that has a bus. Calls reach the plugin, guarded.
class Member {
 public:
  [[nodiscard]] virtual std::string_view plugin() const noexcept = 0;
  virtual void changed(bool up) noexcept = 0;
  virtual void lost(std::uint64_t count) noexcept = 0;
  virtual void arrived(const Arrived& message) noexcept = 0;
  /// There will be no answer to the question of this number.
  virtual void unanswered(std::uint64_t number) noexcept = 0;

 protected:
  ~Member() = default;
};

/// Loop's thread only.
class Cluster {
 public:
  struct Limits {
    QueueLimits in{};
    QueueLimits out{};
    Courier::Waits waits{};
  };
  /// The loop outlives it.
  Cluster(base::EventLoop& loop, Settings settings, Limits limits);
  explicit Cluster(base::EventLoop& loop, Settings settings) : Cluster(loop, std::move(settings), Limits{}) {}
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Makes the engine. A text if it cannot be made; once, before `start`.
  [[nodiscard]] std::string use(const EngineDescriptor& engine);
  /// Connects, for ever and on threads of its own.
  void start();
  /// Sends what waits, for a moment, and disconnects.
  void stop() noexcept;

  [[nodiscard]] const Bus::Info& info() const noexcept { return info_; }
  [[nodiscard]] bool is_up() const noexcept { return up_; }
  [[nodiscard]] const Figures& figures() const noexcept { return figures_; }
  /// "the bus is connected to tls://..., 3 connections, ...", for the report.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] base::EventLoop& loop() noexcept { return loop_; }

  /// Until `remove`, which may come from inside a call of the member.
  void add(Member& member);
  void remove(Member& member) noexcept;

  [[nodiscard]] bool publish(std::string_view plugin, std::string_view topic, std::string_view payload);
  [[nodiscard]] bool answer(std::string_view plugin, std::string_view reply, std::string_view payload);
  /// The question's number, by which `arrived` and `unanswered` name it; 0 if it cannot be asked.
  [[nodiscard]] std::uint64_t ask(std::string_view plugin, std::string_view site, std::string_view topic,
                                  std::string_view payload);
  [[nodiscard]] bool subscribe(std::string_view plugin, std::string_view topic);
  void unsubscribe(std::string_view plugin, std::string_view topic);
  [[nodiscard]] bool serve(std::string_view plugin, std::string_view topic);
  void count_unanswered() noexcept { figures_.unanswered.fetch_add(1, std::memory_order_relaxed); }

 private:
  void take(const Incoming& incoming);
  void deliver(const Incoming& incoming);
  void set_up(bool up, const std::string& text);
  void tell_lost(const Inbox::Lost& lost);
  void say_refused(const std::string& text);
  void say_absent(const std::string& text);
  [[nodiscard]] bool allow_line() noexcept;
  template <typename Visit>
  void visit(Visit&& visit);

  base::EventLoop& loop_;
  Settings settings_;
  Limits limits_;
  std::vector<std::string_view> share_;
  std::vector<std::string_view> accept_;
  Bus::Info info_;
  Figures figures_;
  Subjects subjects_;
  Inbox inbox_;
  std::string client_name_;
  Engine* engine_ = nullptr;
  std::unique_ptr<Courier> courier_;
  std::vector<Member*> members_;  // null: removed while they are visited
  int visiting_ = 0;
  bool up_ = false;
  std::string server_;
  std::uint64_t last_question_ = 0;
  std::chrono::steady_clock::time_point minute_begin_{};  // of lines that it is up or down
  int lines_this_minute_ = 0;
  std::set<std::string> said_refused_;
  bool said_absent_ = false;
};

}  // namespace amibroker::cluster
