// SPDX-License-Identifier: Apache-2.0
#include "core/link/zmq/message_cache.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace amibroker::link::zeromq {
namespace {

TEST(MessageCache, ServersThatGetTheSameBytesShareOneMessage) {
  auto cache = std::make_unique<MessageCache>();
  const std::string bytes(200, 'x');
  const auto first = cache->get(bytes);
  const auto second = cache->get(bytes);
  EXPECT_EQ(first.to_string(), bytes);
  EXPECT_EQ(second.data(), first.data());
}

TEST(MessageCache, OtherBytesInTheSameMemoryAreAnotherMessageAndTheFirstStaysWhole) {
  auto cache = std::make_unique<MessageCache>();
  std::string bytes(200, 'x');
  const auto first = cache->get(bytes);
  bytes.assign(200, 'y');
  const auto second = cache->get(bytes);
  EXPECT_EQ(second.to_string(), bytes);
  EXPECT_EQ(first.to_string(), std::string(200, 'x'));
}

TEST(MessageCache, LargeAndEmptyOnesAreRightToo) {
  auto cache = std::make_unique<MessageCache>();
  const std::string large(100'000, 'x');
  EXPECT_EQ(cache->get(large).to_string(), large);
  EXPECT_EQ(cache->get({}).size(), 0U);
}

}  // namespace
}  // namespace amibroker::link::zeromq
