// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <amibroker/testing/conformance.hpp>
#include <memory>

#include "../hello.cpp"  // the plugin is this one file

using amibroker::testing::FakeHost;
using amibroker::testing::MessageBuilder;
using amibroker::testing::PluginConformance;
using amibroker::testing::PluginUnderTest;

TEST(Hello, LogsAHangup) {
  FakeHost host({"Berlin", "Paris"});
  Hello hello;
  host.start(hello);
  MessageBuilder event("Hangup");
  event.add("Channel", "PJSIP/100-00000001").add("Cause-txt", "Normal Clearing");
  hello.on_event(1, event.message());
  EXPECT_EQ(host.logged(amibroker::Level::info, "Paris: PJSIP/100-00000001 hung up, Normal Clearing"), 1U);
  host.stop(hello);
}

// What every plugin must cope with: hostile values, servers that come and go, every outcome of a request.
INSTANTIATE_TEST_SUITE_P(Hello, PluginConformance,
                         ::testing::Values(PluginUnderTest{
                             "hello",
                             [] { return std::make_unique<Hello>(); },
                             {},
                             {{"Hangup", {{"Channel", "PJSIP/100-1"}, {"Cause-txt", "Busy"}}}}}));
