// SPDX-License-Identifier: Apache-2.0
//
// A plugin that never comes back from the call that its name says.
#include <unistd.h>

#include <string_view>

#include "amibroker/plugin.hpp"

namespace {

class Hanging final : public amibroker::Plugin {
 public:
  void start(amibroker::Host& host) override {
    host_ = &host;
    host.subscribe("Probe");
    hang("hangs_in_start");
  }
  void on_event(amibroker::ServerId, const amibroker::Message&) override { hang("hangs_in_event"); }
  void stop() override { hang("hangs_in_stop"); }

 private:
  void hang(std::string_view name) {
    if (name != NAME) return;
    host_->log(amibroker::Level::info, "hangs now");
    for (;;) ::pause();
  }

  amibroker::Host* host_ = nullptr;
};

}  // namespace

AMIBROKER_PLUGIN(Hanging, NAME, "1.0", "Never comes back from one of its calls")
