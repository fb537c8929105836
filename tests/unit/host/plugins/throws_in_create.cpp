// SPDX-License-Identifier: Apache-2.0
// Throws in its constructor.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  Thrower() { throw std::runtime_error("fault in create"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_create", "1.0", "Throws")
