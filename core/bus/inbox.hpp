// SPDX-License-Identifier: Apache-2.0
//
// What an engine's threads say, on its way to the loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/event_loop.hpp"
#include "core/base/post_box.hpp"
#include "core/bus/engine.hpp"
#include "core/bus/figures.hpp"
#include "core/bus/quotas.hpp"
#include "core/bus/subjects.hpp"

namespace amibroker::cluster {

/// One thing that came.
struct Incoming {
  enum class Kind : std::uint8_t {
    message,  ///< its subject is well formed
    nobody,   ///< the same; there will be no answer
    up,       ///< `text`: where to
    down,     ///< `text`: why
    refused,  ///< `text`: what
    notice,   ///< `text`: why there is no connection yet
  };
  Kind kind;
  std::string subject{};
  std::string reply{};
  std::string text{};  ///< or the payload
};

/// Bounded for each plugin. What is thrown away is counted, and told with what comes next.
class Inbox final : public EngineListener {
 public:
  /// Messages that a plugin lost, since the last time.
  using Lost = std::map<std::string, std::uint64_t, std::less<>>;
  struct Receiver {
    std::function<void(const Incoming&)> take;
    std::function<void(const Lost&)> lost;
  };

  /// `receiver` is called on the loop's thread. What is referred to outlives this object, the loop until `close`.
  Inbox(base::EventLoop& loop, const Subjects& subjects, Figures& figures, QueueLimits limits, Receiver receiver);

  /// Any thread: from now on there is a place for messages to this plugin.
  void add(std::string_view plugin);
  /// Loop's thread, outside of `receiver`: nothing comes any more.
  void close() noexcept { box_.close(); }
  /// Any thread. What is not a message has room of its own: the connection cannot change often, and of refusals only
  /// some are kept.
  void put(Incoming::Kind kind, std::string_view text) noexcept;

  void on_message(std::string_view subject, std::string_view reply, std::string_view payload) noexcept override;
  void on_nobody(std::string_view subject) noexcept override;
  void on_overflow(std::string_view subject, std::uint64_t count) noexcept override;
  void on_refused(std::string_view text) noexcept override;
  /// The courier hears of it first: see Courier.
  void on_closed(std::string_view why) noexcept override { closed_(why); }
  /// Before the engine may call.
  void set_closed(std::function<void(std::string_view why)> closed) { closed_ = std::move(closed); }

 private:
  void keep(std::string_view plugin, std::size_t bytes, Incoming incoming);
  void lose(std::string_view plugin, std::uint64_t count);
  void wake();
  void run();
  bool take(Incoming& incoming);

  const Subjects& subjects_;
  Figures& figures_;
  Receiver receiver_;
  std::function<void(std::string_view)> closed_ = [](std::string_view) {};
  std::mutex mutex_;
  Quotas quotas_;
  std::deque<Incoming> queue_;
  std::size_t refusals_ = 0;  // in the queue
  Lost lost_;
  bool scheduled_ = false;
  base::PostBox box_;
};

}  // namespace amibroker::cluster
