// SPDX-License-Identifier: Apache-2.0
// Throws something that is no exception, everywhere.
#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  void start(amibroker::Host& host) override {
    Plain::start(host);
    host.post([] { throw "no exception"; });
  }
  void on_event(amibroker::ServerId, const amibroker::Message&) override { throw 42; }
  void stop() override { throw nullptr; }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_no_exception", "1.0", "Throws")
