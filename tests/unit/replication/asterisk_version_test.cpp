// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/asterisk_version.hpp"

#include <gtest/gtest.h>

namespace amibroker::replication {
namespace {

TEST(AsteriskVersion, TheMajorNumberIsReadOfEveryForm) {
  EXPECT_EQ(major_version("22.1.0"), 22U);
  EXPECT_EQ(major_version("1.8.32.3"), 1U);
  EXPECT_EQ(major_version("certified/18.9-cert1"), 18U);
  EXPECT_EQ(major_version("16.28.0~dfsg-0+deb11u4"), 16U);
}

TEST(AsteriskVersion, OtherTextsHaveNone) {
  for (const char* text :
       {"", "GIT-master-a1b2c3", "SVN-branch-1.8-r4", "certified/", "13", ".1", "-1.0", "99999999999.1"})
    EXPECT_EQ(major_version(text), std::nullopt) << text;
}

}  // namespace
}  // namespace amibroker::replication
