// SPDX-License-Identifier: Apache-2.0
//
// The clients that listen to a feed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/control/command.hpp"
#include "core/control/door.hpp"
#include "core/control/feed.hpp"
#include "core/control/stream.hpp"

namespace amibroker::control {

class FeedReader;

/// All clients that listen, to whichever feed. Thread of the control socket.
class FeedReaders {
 public:
  static constexpr std::size_t most = 50;
  struct Pace {
    /// What is published within this time goes out together: the loop wakes this thread no more often.
    std::chrono::milliseconds together{20};
    /// Without a word for so long, a line says that the daemon is there.
    std::chrono::milliseconds heartbeat{15'000};
    /// A client that takes nothing for so long is gone.
    std::chrono::milliseconds patience{30'000};
  };

  /// `io` and `door` outlive it.
  FeedReaders(boost::asio::io_context& io, Door& door, Pace pace);
  ~FeedReaders();
  FeedReaders(const FeedReaders&) = delete;
  FeedReaders& operator=(const FeedReaders&) = delete;

  /// Readers of this feed may come from now on. It outlives this. Before the thread runs.
  void attach(Feed& feed);
  [[nodiscard]] bool full() const noexcept { return readers_.size() >= most; }
  /// Sends what the feed has, until the client is gone; the answer's header with `headers` (lines with their ends)
  /// first. Not while full. `last_seen`: the id of the last notice that a client that comes back has.
  void begin(std::shared_ptr<Stream> stream, Feed& feed, Arguments arguments, std::string headers,
             std::optional<std::uint64_t> last_seen);
  /// All are let go.
  void close();

 private:
  friend class FeedReader;
  void pump(Feed& feed);
  void beat();
  /// The feed is kept for a while, if it wants that.
  void linger(Feed& feed);

  boost::asio::io_context& io_;
  Door& door_;
  Pace pace_;
  boost::asio::steady_timer heart_{io_};
  struct Pump {
    boost::asio::steady_timer timer;
    boost::asio::steady_timer end;  ///< when nobody waits for a reader that left any more
    bool waits = false;
    bool lingers = false;
  };
  std::map<Feed*, Pump> feeds_;
  std::set<std::shared_ptr<FeedReader>> readers_;
  bool closed_ = false;
};

}  // namespace amibroker::control
