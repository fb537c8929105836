// SPDX-License-Identifier: Apache-2.0
// Throws when it is told of lost events.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void on_events_lost(amibroker::ServerId, std::uint64_t) override { throw std::runtime_error("fault in events lost"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_events_lost", "1.0", "Throws")
