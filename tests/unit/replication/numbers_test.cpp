// SPDX-License-Identifier: Apache-2.0
#include "plugins/replication/numbers.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace amibroker::replication {
namespace {

TEST(Numbers, AreGivenOutInOrderAndTheLowestFreeOneFirst) {
  Numbers numbers;
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(numbers.add(), i);
  numbers.remove(3);
  numbers.remove(1);
  EXPECT_FALSE(numbers.has(1));
  EXPECT_EQ(numbers.add(), 1U);
  EXPECT_EQ(numbers.add(), 3U);
  EXPECT_EQ(numbers.add(), 5U);
}

TEST(Numbers, TheEndComesBackWhenTheHighestAreFree) {
  Numbers numbers;
  for (int i = 0; i < 10; ++i) static_cast<void>(numbers.add());
  for (std::uint32_t i = 2; i < 9; ++i) numbers.remove(i);
  EXPECT_EQ(numbers.end(), 10U);
  numbers.remove(9);
  EXPECT_EQ(numbers.end(), 2U);
  EXPECT_EQ(numbers.used(), 2U);
  EXPECT_EQ(numbers.add(), 2U);
}

TEST(Numbers, AreNeverGivenOutTwiceWhateverTheOrder) {
  std::mt19937 random(1);
  Numbers numbers;
  std::set<std::uint32_t> used;
  for (int i = 0; i < 10'000; ++i) {
    if (used.empty() || random() % 5 < 3) {
      const std::uint32_t number = numbers.add();
      ASSERT_TRUE(used.insert(number).second);
      ASSERT_EQ(*used.begin() == 0 || number == 0, true) << "the lowest is taken first";
    } else {
      const auto one = std::next(used.begin(), static_cast<std::ptrdiff_t>(random() % used.size()));
      numbers.remove(*one);
      used.erase(one);
    }
    ASSERT_EQ(numbers.used(), used.size());
    ASSERT_EQ(numbers.end(), used.empty() ? 0 : *used.rbegin() + 1);
  }
}

}  // namespace
}  // namespace amibroker::replication
