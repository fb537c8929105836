// SPDX-License-Identifier: Apache-2.0
#include "plugins/presence_state/presentity.hpp"

#include <gtest/gtest.h>

namespace amibroker::presence_state {
namespace {

void expect(std::string_view presentity, Kind kind, std::string_view name) {
  const Presentity read = read_presentity(presentity);
  EXPECT_EQ(read.kind, kind) << presentity;
  EXPECT_EQ(read.name, name) << presentity;
}

TEST(Presentities, CustomOnesAreSharedUnderTheirNameHoweverTheProviderIsSpelled) {
  expect("CustomPresence:100", Kind::shared, "100");
  expect("CustomPresence:a b", Kind::shared, "a b");
  expect("custompresence:100", Kind::shared, "100");
}

TEST(Presentities, ThoseOfAnotherProviderAreNativeAndKeepTheirWholeName) {
  expect("SIP:foo", Kind::native, "SIP:foo");
  expect("SCCP/100", Kind::native, "SCCP/100");
  expect("CustomPresenceX:1", Kind::native, "CustomPresenceX:1");
}

TEST(Presentities, ACustomOneThatIsNamedLikeANativeOneIsWhatTheBrokerShows) {
  expect("CustomPresence:SIP:foo", Kind::shown, "SIP:foo");
  expect("CustomPresence:SCCP/100", Kind::shown, "SCCP/100");
}

TEST(Presentities, WithoutAProviderOrANameTheyAreNameless) {
  expect("", Kind::nameless, "");
  expect("foo", Kind::nameless, "foo");
  expect("CustomPresence:", Kind::nameless, "");
}

}  // namespace
}  // namespace amibroker::presence_state
