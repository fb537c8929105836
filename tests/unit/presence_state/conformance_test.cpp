// SPDX-License-Identifier: Apache-2.0
#include "amibroker/testing/conformance.hpp"

#include "plugins/presence_state/presence_state.hpp"

namespace amibroker::testing {
namespace {

ExampleEvent presence(const char* presentity, const char* status, const char* subtype, const char* message) {
  return {"PresenceStateChange",
          {{"Presentity", presentity}, {"Status", status}, {"Subtype", subtype}, {"Message", message}}};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    PresenceState, PluginConformance,
    ::testing::Values(PluginUnderTest{
        "presence_state",
        [] { return std::make_unique<presence_state::PresenceState>(); },
        presence_state::PresenceState::options,
        {presence("CustomPresence:100", "away", "lunch", "back at 1"),
         presence("CustomPresence:100", "dnd", "", "no, not now"), presence("CustomPresence:100", "not_set", "", ""),
         presence("SIP:foo", "chat", "", "hello"), presence("CustomPresence:SIP:foo", "xa", "", "")}}));

}  // namespace amibroker::testing
