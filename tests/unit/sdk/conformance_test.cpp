// SPDX-License-Identifier: Apache-2.0
//
// The conformance suite itself, over a plugin that does not work without an option.
#include "amibroker/testing/conformance.hpp"

#include <stdexcept>

namespace amibroker::testing {
namespace {

constexpr OptionSpec options[] = {
    {"event", OptionType::text, "", "", 0, 0, "event to tell of", "", true},
    {"strict", OptionType::boolean, "no", "", 0, 0, ""},
};

class Teller : public Plugin {
 public:
  void start(Host& host) override {
    host_ = &host;
    if (host.options().text("event").empty() || !host.options().boolean("strict"))
      throw std::runtime_error("the options of the test did not come");
    host.subscribe(host.options().text("event"));
  }
  void on_event(ServerId server, const Message&) override {
    host_->broadcast(Action("UserEvent").add("UserEvent", "Told"), server, {}, {});
  }

 private:
  Host* host_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(WithOptions, PluginConformance,
                         ::testing::Values(PluginUnderTest{"teller",
                                                           [] { return std::make_unique<Teller>(); },
                                                           options,
                                                           {{"Hangup", {{"Channel", "PJSIP/100-1"}}}},
                                                           {{"event", "Hangup"}, {"strict", "true"}}}));

}  // namespace
}  // namespace amibroker::testing
