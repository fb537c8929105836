// SPDX-License-Identifier: Apache-2.0
#include "core/ami/text_block.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace amibroker::ami {
namespace {

TEST(TextBlock, BothWaysFindEveryByteValueEverywhere) {
  for (int value = 0; value < 256; ++value) {
    const char wanted = static_cast<char>(value);
    for (std::size_t at = 0; at < block_bytes; ++at) {
      std::string bytes(block_bytes, static_cast<char>(value ^ 0x80));
      bytes[(at + 7) % block_bytes] = static_cast<char>(value ^ 1);
      bytes[at] = wanted;
      ASSERT_EQ(byte_mask(bytes.data(), wanted), std::uint64_t{1} << at) << value;
      ASSERT_EQ(portable_mask(bytes.data(), wanted), std::uint64_t{1} << at) << value;
    }
  }
}

TEST(TextBlock, BothWaysAgreeOnRandomBytes) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 10'000; ++round) {
    std::string bytes(block_bytes, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 + (random() % 2) * 0x7e);
    for (const char wanted : {'\0', '\1', '\x7f', '\x80'})
      ASSERT_EQ(byte_mask(bytes.data(), wanted), portable_mask(bytes.data(), wanted));
  }
}

TEST(TextBlock, MatchesNothingAfterTheEndOfTheText) {
  for (std::size_t size = 1; size < 3 * block_bytes; ++size) {
    const std::string text(size, ':');
    for (std::size_t at = 0; at < size; ++at) {
      const std::size_t rest = size - at;
      const std::uint64_t expected = rest >= block_bytes ? ~std::uint64_t{0} : (std::uint64_t{1} << rest) - 1;
      ASSERT_EQ(TextBlock(text, at).equal(':'), expected) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace amibroker::ami
