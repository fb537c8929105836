// SPDX-License-Identifier: Apache-2.0
// Throws when it is asked for its report.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void on_report() override { throw std::runtime_error("fault in report"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_report", "1.0", "Throws")
