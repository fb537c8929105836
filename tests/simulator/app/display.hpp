// SPDX-License-Identifier: Apache-2.0
//
// Standard output: a table redrawn in place on a terminal, plain lines elsewhere. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/simulator/app/live_table.hpp"

namespace amibroker::sim::app {

class Display {
 public:
  Display();
  /// Gives the terminal its cursor back.
  ~Display() { end_table(); }
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  [[nodiscard]] bool on_terminal() const noexcept { return terminal_; }
  /// How often `update` is worth a call.
  [[nodiscard]] std::chrono::milliseconds period() const noexcept {
    return std::chrono::milliseconds(terminal_ ? 100 : 1000);
  }

  /// Terminal: draws the table again. Else: one line of figures.
  void update(const std::vector<TableRow>& rows, const std::vector<TableGroup>& groups, const std::string& figures);
  /// One line, which stays above the table.
  void note(const std::string& text);
  /// What is drawn stays; lines that follow come below it.
  void end_table();
  /// One line, at once.
  void line(const std::string& text);
  /// A line that the next `progress` or `line` overwrites on a terminal.
  void progress(const std::string& text);

 private:
  const bool terminal_;
  const bool colours_;
  bool progressing_ = false;
  std::size_t drawn_ = 0;  // lines of the table
};

}  // namespace amibroker::sim::app
