// SPDX-License-Identifier: Apache-2.0
//
// Looks up the addresses of servers' names, on threads of its own, so that a name server that is silent delays nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/event_loop.hpp"
#include "core/base/post_box.hpp"

namespace amibroker::link {

/// Each look-up has a thread of its own for as long as it takes, and a name has one look-up at a time: whoever asks for
/// the same name meanwhile gets that result. Remembers for each name what was found last, and gives that if a look-up
/// is slow or fails. Loop's thread only.
class Resolver {
 public:
  /// What is known of a name.
  struct Found {
    std::vector<std::string> addresses;  ///< numbers, the best one first; IPv6 with its scope (fe80::1%eth0)
    std::string error;                   ///< a piece of a sentence about the server; empty if there are addresses
    bool old = false;                    ///< of an earlier look-up: the present one is slow, or failed
  };
  /// Looks a name up; may block for as long as it likes. Called on any thread, on several at once, and perhaps until
  /// the process ends, so it must own what it uses. Never throws.
  using Lookup = std::function<Found(const std::string& name)>;
  using Done = std::function<void(const Found&)>;
  /// One call of `resolve`; 0 is none.
  using Ticket = std::uint64_t;

  struct Limits {
    /// A look-up that takes longer is answered from memory.
    std::chrono::milliseconds patience{500};
    /// Most look-ups under way. If all of them hang, the names after them wait until one ends; what is remembered of
    /// these names is given after `patience` all the same.
    std::size_t threads = 256;
    /// Most names in memory; above that, the one that nobody has asked for for the longest time is forgotten.
    std::size_t names = 4096;
    /// Most addresses of a name; the others are left out.
    std::size_t addresses = 16;
  };

  /// Asks the system: hosts file, name servers and whatever else it is set to.
  [[nodiscard]] static Lookup system_lookup();

  /// The loop must outlive the resolver.
  explicit Resolver(base::EventLoop& loop) : Resolver(loop, system_lookup()) {}
  Resolver(base::EventLoop& loop, Lookup lookup) : Resolver(loop, std::move(lookup), Limits{}) {}
  Resolver(base::EventLoop& loop, Lookup lookup, Limits limits);
  /// At once, even if look-ups hang: their threads end when they end. Not from inside a `Done`.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls `done` once, later and never inside this call, unless it is cancelled before. A numeric address is its own
  /// answer. A name of which nothing is remembered may keep its caller waiting for minutes.
  Ticket resolve(const std::string& name, Done done);
  /// `done` is not called any more. Unknown tickets are fine. The look-up goes on, for the memory.
  void cancel(Ticket ticket);
  /// The server was reached at this address: it comes first among those of its name from now on.
  void worked(const std::string& name, const std::string& address);

 private:
  struct Name {
    Found good{};                   // of the last look-up that found something
    std::string best{};             // the address that worked last
    std::vector<Ticket> waiting{};  // for the look-up
    bool under_way = false;         // or waits for a thread
    bool late = false;              // its look-up takes longer than our patience
    std::uint64_t last_use = 0;
  };
  struct Caller {
    std::string name;
    Done done;
  };

  Name& remember(const std::string& name);
  void begin(const std::string& name);
  void start_waiting();
  void run_out_of_patience(const std::string& name);
  void finish(const std::string& name, Found found);
  void answer_soon(Ticket ticket, Found found);
  void answer(const std::vector<Ticket>& tickets, const Found& found);
  [[nodiscard]] Found remembered(const Name& name) const;

  base::EventLoop& loop_;
  Limits limits_;
  std::shared_ptr<const Lookup> lookup_;  // the threads hold it too
  // What the threads hand over. They share it, so that it may go when the last of them ends; closed with the resolver.
  std::shared_ptr<base::PostBox> box_;
  std::unordered_map<std::string, Name> names_;
  std::map<Ticket, Caller> callers_;
  std::map<std::string, base::TimerHandle> patience_;  // a timer for each look-up that is not late
  std::deque<std::string> queue_;                      // names that wait for a thread
  std::size_t threads_ = 0;
  Ticket last_ticket_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace amibroker::link
