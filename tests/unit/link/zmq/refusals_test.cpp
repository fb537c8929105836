// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/refusals.hpp"

#include <gtest/gtest.h>

namespace amibroker::link::zeromq {
namespace {

TEST(ZmqRefusals, WhatCrashesAsteriskThroughTheModuleIsRefused) {
  for (const char* name : {"GetVar", "getvar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter",
                           "Hangup", "Login", "Logoff"})
    EXPECT_NE(refusal_over_zmq(name), "") << name;
  for (const char* name : {"Setvar", "Ping", "DeviceStateList", "UserEvent", "Originate", "Command"})
    EXPECT_EQ(refusal_over_zmq(name), "") << name;
}

}  // namespace
}  // namespace amibroker::link::zeromq
