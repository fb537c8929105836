// SPDX-License-Identifier: Apache-2.0
//
// What does not depend on the name servers of the machine that runs this; tests/system has the rest.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/base/address.hpp"
#include "core/link/resolver.hpp"

namespace amibroker::link {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

TEST(SystemLookup, GivesTheNumbersOfALocalName) {
  const Resolver::Found found = Resolver::system_lookup()("localhost");
  EXPECT_EQ(found.error, "");
  EXPECT_THAT(found.addresses, Contains(::testing::AnyOf("127.0.0.1", "::1")));
  for (const std::string& address : found.addresses) {
    EXPECT_TRUE(base::is_numeric_address(address)) << address;
    EXPECT_EQ(std::count(found.addresses.begin(), found.addresses.end(), address), 1) << address;
  }
}

TEST(SystemLookup, KeepsTheScopeOfAnIPv6Address) {
  EXPECT_THAT(Resolver::system_lookup()("fe80::1%lo").addresses, ::testing::ElementsAre("fe80::1%lo"));
}

TEST(SystemLookup, SaysInWordsThatANameDoesNotResolve) {
  // Longer than a name may be, so it is refused without a question to anybody.
  const Resolver::Found found = Resolver::system_lookup()(std::string(300, 'x'));
  EXPECT_THAT(found.addresses, IsEmpty());
  EXPECT_THAT(found.error, ::testing::MatchesRegex("its name 'x+\\.\\.\\.' does not resolve \\(.+\\)"));
}

}  // namespace
}  // namespace amibroker::link
