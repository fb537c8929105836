// SPDX-License-Identifier: Apache-2.0
//
// One AMI message as a plugin sees it. Since ABI 1.
#pragma once

#include "amibroker/version.hpp"  // first: it says so if the language is too old for what follows

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace amibroker {

/// One header of a message. Both views belong to the message's buffer.
struct Field {
  std::string_view name;
  std::string_view value;
};

/// Whether two header names or event names are the same: AMI compares them without case (ASCII only).
[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// The headers of one event, or of one part of a reply, in the order in which Asterisk sent them; a header that
/// came several times is there several times.
///
/// A message is a view: it and everything taken from it are valid only until the call that handed it over returns.
/// Copy what you keep. Values are bytes as Asterisk sent them, usually UTF-8, without the line end.
class Message {
 public:
  constexpr Message() noexcept = default;
  constexpr explicit Message(std::span<const Field> fields) noexcept : fields_(fields) {}

  /// The first value of a header, or nothing if the header is missing.
  [[nodiscard]] constexpr std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const Field& field : fields_)
      if (same_name(field.name, name)) return field.value;
    return std::nullopt;
  }

  /// The first value of a header, or an empty text if the header is missing.
  [[nodiscard]] constexpr std::string_view operator[](std::string_view name) const noexcept {
    return find(name).value_or(std::string_view{});
  }

  /// Calls `visit(value)` for each value of a header that may be repeated (`Output`, `Variable`, ...), in order.
  template <typename Visitor>
  constexpr void each(std::string_view name, Visitor&& visit) const {
    for (const Field& field : fields_)
      if (same_name(field.name, name)) visit(field.value);
  }

  /// The name of the event; empty for a message that is not an event.
  [[nodiscard]] constexpr std::string_view event() const noexcept { return (*this)["Event"]; }

  [[nodiscard]] constexpr auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] constexpr auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] constexpr bool empty() const noexcept { return fields_.empty(); }

 private:
  std::span<const Field> fields_;
};

}  // namespace amibroker
