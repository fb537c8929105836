// SPDX-License-Identifier: Apache-2.0
// Throws at the answer to its request.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void start(amibroker::Host& host) override {
    host.request(0, amibroker::Action("Ping"), {},
                 [](const amibroker::Reply&) { throw std::runtime_error("fault in completion"); });
  }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_completion", "1.0", "Throws")
