// SPDX-License-Identifier: Apache-2.0
// Needs a function that no library has.
#include "plain.hpp"

void function_that_nobody_has();

namespace {
class Needy : public amibroker::faulty::Plain {
 public:
  void stop() override { function_that_nobody_has(); }
};
}  // namespace

AMIBROKER_PLUGIN(Needy, "undefined_symbol", "1.0", "Cannot be loaded")
