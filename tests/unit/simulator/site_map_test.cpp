// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/site_map.hpp"

#include <gtest/gtest.h>

namespace amibroker::sim::app {
namespace {

TEST(SiteMap, SpreadsServersEvenlyAndInOrder) {
  const SiteMap sites(7, 3);
  EXPECT_EQ(sites.servers_of(0), 3U);
  EXPECT_EQ(sites.servers_of(1), 2U);
  EXPECT_EQ(sites.servers_of(2), 2U);
  EXPECT_EQ(sites.first(1), 3U);
  EXPECT_EQ(sites.of(2), 0U);
  EXPECT_EQ(sites.of(3), 1U);
  EXPECT_EQ(sites.of(6), 2U);
}

TEST(SiteMap, OfOneSiteHasAllServersThere) {
  const SiteMap sites(3, 1);
  EXPECT_EQ(sites.servers_of(0), 3U);
  EXPECT_EQ(sites.of(2), 0U);
}

}  // namespace
}  // namespace amibroker::sim::app
