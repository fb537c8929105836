// SPDX-License-Identifier: Apache-2.0
//
// A fleet of one server, for tests of what it does over a real wire.
#pragma once

#include <memory>
#include <utility>

#include "core/link/servers.hpp"
#include "tests/unit/link/recorder.hpp"

namespace amibroker::link {

/// Looks nothing up: tests that need names say so themselves.
inline Resolver::Found no_names(const std::string& name) { return {{}, "its name '" + name + "' does not resolve"}; }

/// Its id is 0.
class OneServer {
 public:
  OneServer(base::EventLoop& loop, Recorder& recorder, ServerConfig config, ServerTimings timings)
      : servers_(loop, recorder, 1, timings, no_names) {
    servers_.add(std::move(config));
  }

  [[nodiscard]] bool up() const { return servers_.at(0).up(); }
  [[nodiscard]] auto since() const { return servers_.at(0).since(); }
  [[nodiscard]] const ServerCounters& counters() const { return servers_.at(0).counters(); }
  void request(const Action& action, std::chrono::milliseconds timeout, Owner owner, Completion done) {
    servers_.request(0, action, timeout, owner, std::move(done));
  }
  void set_interest(const Interest& interest) { servers_.set_interest(interest); }
  void stop() { servers_.stop(); }
  [[nodiscard]] Servers& all() { return servers_; }

 private:
  Servers servers_;
};

}  // namespace amibroker::link
