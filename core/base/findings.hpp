// SPDX-License-Identifier: Apache-2.0
//
// What is found while a configuration is read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/problem.hpp"

namespace amibroker::base {

/// Most mistakes of one file that are shown, and most hints that are given.
inline constexpr std::size_t max_errors = 100;

/// Collects mistakes, and knows the folder of the files that a configuration names. One thread.
class Findings {
 public:
  explicit Findings(std::string folder_of_config) : folder(std::move(folder_of_config)) {}

  /// Folder of the configuration file: relative paths in it begin there. Empty: they begin at the working directory.
  std::string folder;
  /// Line of the first secret that is in the file itself; 0: none is.
  int secret_line = 0;
  std::vector<Problem> errors;
  std::vector<Problem> warnings;

  void error(int line, std::string text) { errors.push_back({line, std::move(text)}); }
  void warning(int line, std::string text) { warnings.push_back({line, std::move(text)}); }

  /// `did_you_mean` for a wrong name of the file; empty once that was asked `max_errors` times, for a file may hold a
  /// hundred thousand wrong names, and each is compared with all right ones.
  [[nodiscard]] std::string hint(std::string_view word, std::span<const std::string_view> known);

 private:
  std::size_t hints_ = 0;
};

}  // namespace amibroker::base
