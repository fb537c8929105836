// SPDX-License-Identifier: Apache-2.0
//
// An AMI action that a plugin asks the broker to carry out. Since ABI 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "amibroker/message.hpp"

namespace amibroker {

/// An action: its name and its headers, in order, repeats allowed. The broker adds the ActionID itself.
///
/// An action owns its text. It may be reused: `reset` keeps the memory, so an action that is a member of the plugin
/// costs no allocation after the first use. Not safe for use from several threads at once.
///
/// Nothing is checked here; the broker refuses an action (Outcome::refused, with the reason) whose names are not
/// made of letters, digits, `_` and `-`, whose values hold a byte below 0x20 or 0x7f, or exceed 1,000 bytes (with a
/// name of more than 20 bytes: 1,020 together), because Asterisk would read such a value as further headers or discard
/// the action (AMI's line limit is 1,024 bytes).
class Action {
 public:
  explicit Action(std::string_view name) { reset(name); }

  /// Starts a new action in the same memory.
  Action& reset(std::string_view name) {
    text_.assign(name);
    name_size_ = name.size();
    fields_.clear();
    return *this;
  }

  /// Appends a header.
  Action& add(std::string_view header, std::string_view value) {
    fields_.push_back({text_.size(), header.size(), value.size()});
    text_.append(header).append(value);
    return *this;
  }

  /// Whether both have the same name and the same headers in the same order, byte for byte.
  friend bool operator==(const Action& a, const Action& b) noexcept {
    return a.name_size_ == b.name_size_ && a.text_ == b.text_ && a.fields_ == b.fields_;
  }

  [[nodiscard]] std::string_view name() const noexcept { return std::string_view(text_).substr(0, name_size_); }
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }

  /// The header at `index` (0 to size()-1). The views are valid until the action is changed.
  [[nodiscard]] Field operator[](std::size_t index) const noexcept {
    const Slice& slice = fields_[index];
    const std::string_view text(text_);
    return {text.substr(slice.begin, slice.name_size), text.substr(slice.begin + slice.name_size, slice.value_size)};
  }

 private:
  struct Slice {
    std::size_t begin;
    std::size_t name_size;
    std::size_t value_size;
    bool operator==(const Slice&) const = default;
  };
  std::string text_;
  std::size_t name_size_ = 0;
  std::vector<Slice> fields_;
};

}  // namespace amibroker
