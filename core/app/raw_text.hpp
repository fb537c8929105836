// SPDX-License-Identifier: Apache-2.0
//
// Text that is put together inside a signal handler: no memory is asked for, nothing is locked.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace amibroker::app {

/// Text of at most `space` bytes; what does not fit is left out. Safe in a signal handler.
template <std::size_t space>
class RawText {
 public:
  /// Control characters, which a file's name may have, become `?`.
  RawText& add(std::string_view text) noexcept {
    const std::size_t count = std::min(text.size(), space - size_);
    std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), text_.data() + size_,
                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c; });
    size_ += count;
    return *this;
  }
  RawText& add_number(std::uint64_t number) noexcept { return add_digits(number, 10); }
  RawText& add_hex(std::uint64_t number) noexcept { return add("0x").add_digits(number, 16); }
  RawText& add_hex(const void* address) noexcept { return add_hex(reinterpret_cast<std::uintptr_t>(address)); }
  void end_line() noexcept {
    // A line that was cut is still a line.
    if (size_ == space) --size_;
    text_[size_++] = '\n';
  }
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  RawText& add_digits(std::uint64_t number, unsigned base) noexcept {
    std::array<char, 20> digits;  // of 2^64 in decimal
    auto first = digits.end();
    do *--first = "0123456789abcdef"[number % base];
    while ((number /= base) != 0);
    return add({&*first, static_cast<std::size_t>(digits.end() - first)});
  }

  std::array<char, space> text_;
  std::size_t size_ = 0;
};

}  // namespace amibroker::app
