// SPDX-License-Identifier: Apache-2.0
//
// Three servers whose names come and go.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/replication/distribution.hpp"

namespace amibroker::replication {

inline constexpr OptionSpec many_names_options[] = {
    {"max_names", OptionType::integer, "1000", "", 1, 10'000'000, "how many names there may be"},
    AMIBROKER_REPLICATION_OPTIONS,
};

/// A thousand names, of which one server may bring half. The servers are read only if there is a reason to.
class ManyNames : public ::testing::Test, public Distributed {
 protected:
  ManyNames() : Distributed({"One", "Two", "Three"}, many_names_options) {
    host.option_values.set("server_share", "50");
    host.option_values.set("resync_interval", "0");
  }
  /// All servers are up and were read.
  void begin(const Medium& medium = distribution_medium) {
    start(medium);
    for (ServerId server = 0; server < 3; ++server) up(server);
    read();
  }
  /// All servers are up, and some of them do not list their states.
  void begin_without_lists_of(const std::vector<ServerId>& silent) {
    start();
    for (ServerId server = 0; server < 3; ++server) up(server);
    pass_without_lists_of(silent, Distributor::start_limit);
  }
  void pass_without_lists_of(const std::vector<ServerId>& silent, std::chrono::milliseconds time) {
    for (const auto end = host.now() + time; host.now() < end; pass(std::chrono::seconds(1)))
      for (const testing::Request& request : take_reading(host)) {
        if (request.action.name() != "TestStateList") continue;
        if (std::find(silent.begin(), silent.end(), request.server) == silent.end()) answer_list(request, {});
        else request.done(Reply{Outcome::error, "Permission denied", {}});
      }
  }
  void pass(std::chrono::milliseconds time) { host.clock.advance(time); }
  /// Long enough for every name to be looked at twice.
  void pass_a_while() { pass(std::chrono::seconds(15)); }

  /// Writes are carried out: each is answered and has its echo. How many there were. What servers are asked for stays.
  std::size_t carry_out() {
    std::size_t writes = 0;
    const auto is_write = [](const testing::Request& request) { return request.action.name() == "Setvar"; };
    for (auto write = host.requests.begin(); write != host.requests.end();
         write = std::find_if(host.requests.begin(), host.requests.end(), is_write)) {
      if (!is_write(*write)) continue;
      const testing::Request request = std::move(*write);
      host.requests.erase(write);
      if (request.done) request.done(Reply{Outcome::success, "", {}});
      publish_echo(request);
      ++writes;
    }
    return writes;
  }
  void publish_echo(const testing::Request& request) {
    std::string_view name = request.header("Variable");
    name.remove_prefix(name.find('(') + 1);
    name.remove_suffix(1);
    const ValueId value = distributor->value(request.header("Value"));
    if (distributor->is_one_way(name)) distributor->shown_on(request.server, name, value);
    else if (distributor->knows(name)) distributor->changed_on(request.server, name, value);
  }
  /// A device that lives for one call.
  void call(ServerId server, const std::string& name) {
    device(server, name, "INUSE");
    carry_out();
    device(server, name, "NOTHING");
    carry_out();
  }
  [[nodiscard]] std::size_t names() const { return distributor->names(); }
};

}  // namespace amibroker::replication
