// SPDX-License-Identifier: Apache-2.0
//
// A fleet of one native server.
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tests/simulator/fleet.hpp"
#include "tests/unit/simulator/ami_client.hpp"

namespace amibroker::sim {

using namespace std::chrono_literals;

class Ami : public ::testing::Test {
 protected:
  Server& start(const AmiOptions& options = {}) {
    fleet = std::make_unique<Fleet>(1, ServerOptions{.transport = Transport::ami, .ami = options});
    return (*fleet)[0];
  }
  [[nodiscard]] bool eventually(const std::function<bool()>& predicate) {
    return fleet->wait_until(Clock::now() + 10s, predicate);
  }

  std::unique_ptr<Fleet> fleet;
};

inline std::string message_of(const Fields& fields) { return std::string(value_of(fields, "Message")); }

}  // namespace amibroker::sim
