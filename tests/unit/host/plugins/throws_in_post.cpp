// SPDX-License-Identifier: Apache-2.0
// Throws in a task that it posted.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void start(amibroker::Host& host) override {
    host.post([] { throw std::runtime_error("fault in post"); });
  }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_post", "1.0", "Throws")
