// SPDX-License-Identifier: Apache-2.0
//
// AMI messages as text, apart from the broker's codec: the simulator is its witness. No I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/wire.hpp"

namespace amibroker::sim {

/// `Name: value` lines and an empty one.
[[nodiscard]] std::string ami_text(const Fields& message);

/// An action as it came in.
struct AmiAction {
  Fields fields{};
  std::string error{};  ///< not empty: why it is not one, in Asterisk's words
};

/// Cuts actions out of a stream (Asterisk: get_input and do_message in main/manager.c). One thread.
class AmiReader {
 public:
  static constexpr std::size_t kLongestLine = 1023;  ///< without its end; a longer one spoils its action
  static constexpr std::size_t kMostHeaders = 128;   ///< of one action; more are dropped

  void add(std::string_view bytes) { input_.append(bytes); }
  /// The next action that is complete.
  [[nodiscard]] std::optional<AmiAction> next();

 private:
  void take_line(std::string_view line);

  std::string input_;
  std::size_t begin_ = 0;    // of the first line that was not taken
  std::size_t scanned_ = 0;  // no line ends before
  AmiAction action_;
};

}  // namespace amibroker::sim
