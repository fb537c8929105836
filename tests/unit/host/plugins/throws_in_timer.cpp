// SPDX-License-Identifier: Apache-2.0
// Throws when its timer is due.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void start(amibroker::Host& host) override {
    host.after(std::chrono::milliseconds(0), [] { throw std::runtime_error("fault in timer"); });
  }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_timer", "1.0", "Throws")
