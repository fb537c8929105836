// SPDX-License-Identifier: Apache-2.0
#include "plugins/bus/endpoint.hpp"

#include <gtest/gtest.h>

namespace amibroker::bus {
namespace {

TEST(Endpoint, TakesNumericAddressesAndComesBackAsItWas) {
  for (const char* text : {"tcp://127.0.0.1:9478", "tcp://[::1]:1", "tcp://*:65535", "tcp://10.1.2.3:80"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
}

TEST(Endpoint, KnowsWhichAddressesOnlyThisMachineReaches) {
  for (const char* text : {"tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://[::1]:1"})
    EXPECT_TRUE(parse_endpoint(text)->is_loopback) << text;
  for (const char* text : {"tcp://*:1", "tcp://0.0.0.0:1", "tcp://[::]:1", "tcp://128.0.0.1:1", "tcp://[fe80::1]:1",
                           "tcp://[::ffff:127.0.0.1]:1"})
    EXPECT_FALSE(parse_endpoint(text)->is_loopback) << text;
}

TEST(Endpoint, TakesNothingElse) {
  for (const char* text :
       {"", "tcp://", "127.0.0.1:1", "tcp://localhost:1", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:65536", "tcp://127.0.0.1:1x", "tcp://127.0.0.1:*", "tcp://::1:1", "tcp://[127.0.0.1]:1",
        "tcp://[*]:1", "tcp://[]:1", "ipc:///tmp/x", "tcp://127.0.0.1:-1", "tcp://127.0.0.1 :1", "tcp://eth0:1"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
  EXPECT_FALSE(parse_endpoint("tcp://127.0.0.1:1" + std::string(200, '1')));
  EXPECT_FALSE(parse_endpoint(std::string("tcp://127.0.0.1\0:1", 18)));
}

}  // namespace
}  // namespace amibroker::bus
