// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace amibroker::sim::app {
namespace {

constexpr auto kHideCursor = "\x1b[?25l";
constexpr auto kShowCursor = "\x1b[?25h";

bool colours_wanted() {
  const char* value = std::getenv("NO_COLOR");  // no-color.org: any value but an empty one
  return value == nullptr || *value == '\0';
}

TableSize terminal_size(bool colours) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {80, 24, colours};
  return {size.ws_col, size.ws_row, colours};
}

}  // namespace

Display::Display() : terminal_(::isatty(STDOUT_FILENO) == 1), colours_(colours_wanted()) {}

void Display::update(const std::vector<TableRow>& rows, const std::vector<TableGroup>& groups,
                     const std::string& figures) {
  if (!terminal_) return line(figures);
  const auto size = terminal_size(colours_);
  auto lines = table_lines(rows, size, groups);
  lines.push_back(figures.substr(0, size.width - 1));
  if (drawn_ == 0) std::cout << kHideCursor;
  std::cout << redrawn(lines, drawn_) << std::flush;
  drawn_ = lines.size();
}

void Display::note(const std::string& text) {
  if (drawn_ == 0) return line(text);
  std::cout << redrawn({text}, drawn_) << std::flush;
  drawn_ = 0;
}

void Display::end_table() {
  if (drawn_ > 0) std::cout << kShowCursor << std::flush;
  drawn_ = 0;
}

void Display::line(const std::string& text) {
  if (progressing_) std::cout << "\r\x1b[K";
  progressing_ = false;
  std::cout << text << std::endl;
}

void Display::progress(const std::string& text) {
  if (!terminal_) return line(text);
  std::cout << "\r\x1b[K" << text << std::flush;
  progressing_ = true;
}

}  // namespace amibroker::sim::app
