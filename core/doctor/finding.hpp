// SPDX-License-Identifier: Apache-2.0
//
// What the doctor says of a server.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace amibroker::doctor {

enum class Result : std::uint8_t {
  ok,
  wrong,
  unknown,  ///< it could not be looked at; the text says why
};

/// One thing that was looked at. No text holds a secret, and each is one line.
struct Finding {
  std::string_view check;  ///< a word or two, of the program: "login", "module func_devstate"
  Result result = Result::ok;
  std::string text;      ///< what is
  std::string remedy{};  ///< what to do, with the line of the file or the command; may also say what would be better
};

/// "ok", "wrong", "unknown"
[[nodiscard]] std::string_view to_string(Result result) noexcept;

[[nodiscard]] bool is_any_wrong(std::span<const Finding> findings) noexcept;

/// For a terminal: a line for each finding, and one more for its remedy.
[[nodiscard]] std::string to_text(std::span<const Finding> findings);

}  // namespace amibroker::doctor
