// SPDX-License-Identifier: Apache-2.0
// Throws in stop.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void stop() override { throw std::runtime_error("fault in stop"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_stop", "1.0", "Throws")
