// SPDX-License-Identifier: Apache-2.0
//
// Where certain bytes are among 64 bytes of a text, found at once. AMI's lines have about 20 bytes, too few for a
// memchr each.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace amibroker::ami {

inline constexpr std::size_t block_bytes = 64;

/// Bit i says whether byte i of the 64 is `wanted`. For processors without a way of their own; also what the others
/// are tested against.
[[nodiscard]] inline std::uint64_t portable_mask(const char* bytes, char wanted) noexcept {
  constexpr std::uint64_t each_byte = 0x0101010101010101U;
  constexpr std::uint64_t low_bits = 0x7f * each_byte;
  constexpr std::uint64_t gather = 0x0102040810204080U;  // moves bit 0 of byte i to bit 56 + i
  std::uint64_t mask = 0;
  for (std::size_t word = 0; word < 8; ++word) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[word * 8 + i]);
    value ^= each_byte * static_cast<unsigned char>(wanted);
    const std::uint64_t zero_bytes = ~(((value & low_bits) + low_bits) | value | low_bits);
    mask |= ((zero_bytes >> 7) * gather >> 56) << (word * 8);
  }
  return mask;
}

#if defined(__SSE2__)
[[nodiscard]] inline std::uint64_t byte_mask(const char* bytes, char wanted) noexcept {
  const __m128i pattern = _mm_set1_epi8(wanted);
  std::uint64_t mask = 0;
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    __m128i data;
    std::memcpy(&data, bytes + quarter * 16, sizeof data);
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(data, pattern)));
    mask |= std::uint64_t{bits} << (quarter * 16);
  }
  return mask;
}
#else
[[nodiscard]] inline std::uint64_t byte_mask(const char* bytes, char wanted) noexcept {
  return portable_mask(bytes, wanted);
}
#endif

/// The 64 bytes of a text from `at` on, or what is left of it there. The text must outlive it.
class TextBlock {
 public:
  TextBlock(std::string_view text, std::size_t at) noexcept {
    const std::size_t rest = text.size() - at;
    if (rest >= block_bytes) {
      bytes_ = text.data() + at;
    } else if (text.size() >= block_bytes) {  // the last 64 bytes, the first of which do not belong to it
      bytes_ = text.data() + text.size() - block_bytes;
      shift_ = block_bytes - rest;
    } else {
      std::memset(copy_, 0, sizeof copy_);
      std::memcpy(copy_, text.data() + at, rest);
      bytes_ = copy_;
    }
  }
  TextBlock(const TextBlock&) = delete;
  TextBlock& operator=(const TextBlock&) = delete;

  /// Bit i: byte `at` + i is `wanted`, which is not NUL. Bits beyond the text are 0.
  [[nodiscard]] std::uint64_t equal(char wanted) const noexcept { return byte_mask(bytes_, wanted) >> shift_; }

 private:
  const char* bytes_;
  std::size_t shift_ = 0;
  char copy_[block_bytes];
};

/// Number of the lowest bit that is set; `mask` must not be 0.
[[nodiscard]] constexpr std::size_t lowest_bit(std::uint64_t mask) noexcept {
  return static_cast<std::size_t>(std::countr_zero(mask));
}

/// How many bits are set. Without the processor's own instruction, std::popcount is a call of a function.
[[nodiscard]] constexpr std::size_t count_bits(std::uint64_t mask) noexcept {
  mask -= mask >> 1 & 0x5555555555555555U;
  mask = (mask & 0x3333333333333333U) + (mask >> 2 & 0x3333333333333333U);
  return ((mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0fU) * 0x0101010101010101U >> 56;
}

}  // namespace amibroker::ami
