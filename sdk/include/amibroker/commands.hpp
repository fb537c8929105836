// SPDX-License-Identifier: Apache-2.0
//
// An extension of the SDK: a plugin answers what an administrator asks of it while it runs. Since ABI 3; see
// Host::extension and docs/plugin-guide.md.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "amibroker/message.hpp"

namespace amibroker {

/// Loop's thread only. Lives as long as the plugin.
class Commands {
 public:
  static constexpr std::string_view extension_name = "commands";
  static constexpr std::uint32_t extension_version = 1;

  /// What was asked, and what came of it. The daemon makes it; `arguments` are valid during the call.
  struct Call {
    std::span<const Field> arguments;
    std::string json;
    std::string error;  ///< empty: `json` holds
  };

  /// Gives one JSON value (RFC 8259) of at most 4 MiB. What it throws is told to who asked, and is no fault of the
  /// plugin: throw std::invalid_argument, with a text that says what to write instead, for arguments that are wrong.
  /// All servers wait for it, so it takes a millisecond at most; a long answer is given in parts, with an argument that
  /// says where to go on.
  using Answer = std::function<std::string(std::span<const Field> arguments)>;

  /// From now on the plugin answers the command `name` (1 to 40 of `a-z`, `0-9` and `-`), in place of what it set for
  /// this name before. At most 100 names. Arguments are texts of at most 200 bytes without control characters, each
  /// name once; they come from a client, so expect anything.
  void answer(std::string_view name, Answer answer) {
    add(name, [answer = std::move(answer)](Call& call) noexcept {
      try {
        call.json = answer(call.arguments);
      } catch (const std::exception& failure) {
        set_error(call, failure.what());
      } catch (...) {
        set_error(call, "the plugin threw something that is no std::exception");
      }
    });
  }

 protected:
  ~Commands() = default;

 private:
  /// The function never throws: what a plugin throws must not pass through the daemon.
  virtual void add(std::string_view name, std::function<void(Call& call)> run) noexcept = 0;

  static void set_error(Call& call, const char* text) noexcept {
    try {
      call.error = *text == '\0' ? "the plugin gave no reason" : text;
    } catch (const std::exception&) {
      call.json.clear();  // no memory for the reason; an answer without JSON is a failure as well
    }
  }
};

}  // namespace amibroker
