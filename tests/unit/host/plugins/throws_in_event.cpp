// SPDX-License-Identifier: Apache-2.0
// Throws at each event.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void on_event(amibroker::ServerId, const amibroker::Message&) override { throw std::runtime_error("fault in event"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_event", "1.0", "Throws")
