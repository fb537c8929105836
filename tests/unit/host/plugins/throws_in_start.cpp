// SPDX-License-Identifier: Apache-2.0
// Throws in start, and notes in the log that it was stopped and destroyed nevertheless.
#include <stdexcept>

#include "plain.hpp"

namespace {
class Thrower : public amibroker::faulty::Plain {
 public:
  ~Thrower() override {
    if (host_ != nullptr) host_->log(amibroker::Level::info, "destroyed");
  }
  void start(amibroker::Host& host) override {
    Plain::start(host);
    throw std::runtime_error("fault in start");
  }
  void stop() override { host_->log(amibroker::Level::info, "stopped"); }
};
}  // namespace

AMIBROKER_PLUGIN(Thrower, "throws_in_start", "1.0", "Throws")
