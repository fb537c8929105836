// SPDX-License-Identifier: Apache-2.0
//
// The readable story of one run, for the replay of a seed.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tests/simulation/agenda.hpp"

namespace amibroker::simulation {

/// Writes a line for each thing that happens, with its time in milliseconds, or nothing if it is off.
class Trace {
 public:
  /// `site`: stands before each line, if there are several.
  Trace(const Agenda& agenda, bool on, std::string site = {}) : agenda_(agenda), on_(on), site_(std::move(site)) {
    if (!site_.empty()) site_.append(": ");
  }

  [[nodiscard]] bool on() const noexcept { return on_; }

  /// Texts, numbers and `std::string_view`s in a row.
  template <typename... Pieces>
  void line(const Pieces&... pieces) const {
    if (!on_) return;
    std::string text = site_;
    (append(text, pieces), ...);
    std::printf("%12.3f  %s\n", static_cast<double>(agenda_.elapsed().count()) / 1000.0, text.c_str());
  }

 private:
  static void append(std::string& text, std::string_view piece) { text.append(piece); }
  template <typename Number>
  requires std::is_integral_v<Number>
  static void append(std::string& text, Number number) { text.append(std::to_string(number)); }

  const Agenda& agenda_;
  bool on_;
  std::string site_;
};

}  // namespace amibroker::simulation
