// SPDX-License-Identifier: Apache-2.0
//
// The thread that uses the engine: keeps it connected, and sends what the loop wants to be sent.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/backoff.hpp"
#include "core/bus/engine.hpp"
#include "core/bus/figures.hpp"
#include "core/bus/inbox.hpp"
#include "core/bus/quotas.hpp"

namespace amibroker::cluster {

/// One message on its way out.
struct Outgoing {
  std::string plugin;
  std::string subject;
  std::string reply{};  ///< where the answer is to come; empty: none is expected
  std::string payload{};
};

/// The loop never waits for the engine: a connection that stands still makes only this thread wait. Its functions are
/// called on the loop's thread.
class Courier {
 public:
  struct Waits {
    std::chrono::milliseconds first{50};  ///< before the second attempt to connect; the first comes at once
    std::chrono::milliseconds longest{1000};
    std::chrono::milliseconds last_words{500};  ///< for what is still to be sent at the end
  };
  static constexpr std::size_t most_subjects = 20'000;

  /// Engine, inbox and figures outlive it. It hears of a lost connection through the inbox.
  Courier(Engine& engine, std::vector<Url> urls, Inbox& inbox, Figures& figures, QueueLimits limits, Waits waits);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void start();
  /// Sends what waits, as long as there is time, and leaves the engine. Nothing comes from it any more.
  void stop() noexcept;

  void add(std::string_view plugin);
  /// False if too much waits, or if there is no connection.
  [[nodiscard]] bool send(Outgoing message);
  /// Now, and with each connection from now on. False if there are too many subjects.
  [[nodiscard]] bool subscribe(const std::string& subject);
  /// With the next connection it is gone. An engine may crash if a message comes for a subject that has just gone.
  void unsubscribe(const std::string& subject);

 private:
  using Lock = std::unique_lock<std::mutex>;
  void work() noexcept;
  void round(Lock& lock);
  void connect(Lock& lock);
  void send_some(Lock& lock);
  void subscribe_new(Lock& lock);
  void lost(std::string_view why) noexcept;
  void drop_all();
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] const Url& next_url();

  Engine& engine_;
  std::vector<Url> urls_;
  Inbox& inbox_;
  Figures& figures_;
  const Waits waits_;
  base::Backoff backoff_;  // of the thread, as what follows
  std::minstd_rand random_;
  std::size_t url_ = 0;
  std::string complaint_;
  std::chrono::steady_clock::time_point next_attempt_{};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Quotas quotas_;
  std::deque<Outgoing> queue_;
  std::set<std::string> wanted_;           // subjects
  std::set<std::string> held_;             // of this connection; none leaves before it ends
  std::vector<std::string> new_subjects_;  // of those, not yet subscribed to
  bool connected_ = false;
  std::optional<std::string> closed_;  // why, until the thread knows
  std::optional<std::chrono::steady_clock::time_point> end_;
  std::thread thread_;
};

}  // namespace amibroker::cluster
