// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/complaints.hpp"

#include <gtest/gtest.h>

#include "amibroker/testing/fake_host.hpp"

namespace amibroker::bus {
namespace {

using Kind = Complaints::Kind;

TEST(Complaints, EachKindHasOneLineAMinuteAndSaysHowManyWereHeldBack) {
  amibroker::testing::FakeHost host({});
  Complaints complaints(host);
  for (int i = 0; i < 5; ++i) complaints.add(Kind::request, "bad");
  complaints.add(Kind::key, "other");
  ASSERT_EQ(host.lines().size(), 2U);
  EXPECT_EQ(host.lines()[0].text, "bad");
  host.clock.advance(std::chrono::minutes(1));
  complaints.add(Kind::request, "bad");
  complaints.add(Kind::request, "bad");
  ASSERT_EQ(host.lines().size(), 3U);
  EXPECT_EQ(host.lines()[2].text, "bad (4 more since the last line)");
}

}  // namespace
}  // namespace amibroker::bus
