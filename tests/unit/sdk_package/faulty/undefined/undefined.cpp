// SPDX-License-Identifier: Apache-2.0
// Needs a function that no library has.
#include <amibroker/plugin.hpp>

void function_that_nobody_has();

namespace {
class Undefined : public amibroker::Plugin {
 public:
  void start(amibroker::Host&) override { function_that_nobody_has(); }
  void on_event(amibroker::ServerId, const amibroker::Message&) override {}
};
}  // namespace

AMIBROKER_PLUGIN(Undefined, "undefined", "1.0", "Does not link")
