// SPDX-License-Identifier: Apache-2.0
#include "core/link/refused_actions.hpp"

#include <gtest/gtest.h>

namespace amibroker::link {
namespace {

TEST(RefusedActions, WhatCrashesAsteriskThroughTheModuleIsRefusedThere) {
  for (const char* name : {"GetVar", "getvar", "Status", "ListCommands", "Events", "Challenge", "WaitEvent", "Filter",
                           "Hangup", "Login", "Logoff"})
    EXPECT_NE(refusal_over_zmq(name), "") << name;
  for (const char* name : {"Setvar", "Ping", "DeviceStateList", "UserEvent", "Originate", "Command"})
    EXPECT_EQ(refusal_over_zmq(name), "") << name;
}

TEST(RefusedActions, WhatChangesTheSharedSessionIsRefusedOnANativeLink) {
  for (const char* name : {"Challenge", "Events", "Filter", "Login", "logoff", "WAITEVENT"})
    EXPECT_NE(refusal_over_ami(name), "") << name;
  for (const char* name : {"GetVar", "Status", "Hangup", "ListCommands", "Setvar", "Ping"})
    EXPECT_EQ(refusal_over_ami(name), "") << name;
}

}  // namespace
}  // namespace amibroker::link
