// SPDX-License-Identifier: Apache-2.0
#include "plugins/device_state/shared_customs.hpp"

#include <gtest/gtest.h>

namespace amibroker::device_state {
namespace {

TEST(SharedCustoms, WhatComesAfterTheLastSlashOfAWrittenNameIsARemnant) {
  SharedCustoms customs;
  EXPECT_FALSE(customs.is_remnant("100"));
  EXPECT_EQ(customs.wrote("Custom:PJSIP/100"), "100");
  EXPECT_EQ(customs.wrote("Custom:SIP/a/b"), "b");
  EXPECT_TRUE(customs.is_remnant("100"));
  EXPECT_TRUE(customs.is_remnant("b"));
  EXPECT_FALSE(customs.is_remnant("a/b"));
  EXPECT_FALSE(customs.is_remnant("10"));
  EXPECT_FALSE(customs.is_remnant("night"));
}

TEST(SharedCustoms, ARemnantIsReportedOnce) {
  SharedCustoms customs;
  EXPECT_EQ(customs.wrote("Custom:PJSIP/100"), "100");
  EXPECT_EQ(customs.wrote("Custom:PJSIP/100"), "");
  EXPECT_EQ(customs.wrote("Custom:SIP/100"), "");
}

TEST(SharedCustoms, ANameWithoutASlashLeavesNoRemnant) {
  SharedCustoms customs;
  EXPECT_EQ(customs.wrote("Custom:Queue:sales"), "");
  EXPECT_EQ(customs.wrote("Custom:PJSIP-100"), "");
  for (const char* name : {"sales", "Queue:sales", "100", "PJSIP-100", ""}) EXPECT_FALSE(customs.is_remnant(name));
}

}  // namespace
}  // namespace amibroker::device_state
