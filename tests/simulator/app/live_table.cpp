// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/live_table.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace amibroker::sim::app {
namespace {

constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kCellWidth = 10;
constexpr std::size_t kOtherLines = 4;  // title, figures, note, cursor

std::string_view colour(DeviceState state) {
  switch (state) {
    case DeviceState::not_inuse: return "\x1b[32m";
    case DeviceState::ringing:
    case DeviceState::ringinuse: return "\x1b[1;33m";
    case DeviceState::inuse:
    case DeviceState::busy: return "\x1b[31m";
    case DeviceState::onhold: return "\x1b[34m";
    default: return "\x1b[2m";
  }
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string cell(DeviceState state, bool home, bool colours) {
  const auto text = padded(std::string(lamp_word(state)) + (home ? " *" : ""), kCellWidth);
  return colours ? std::string(colour(state)) + text + "\x1b[0m" : text;
}

std::string note(std::size_t phones, std::size_t servers) {
  std::string text;
  if (phones > 0) text += "  … and " + std::to_string(phones) + " more phones";
  if (servers > 0) text += "  … and " + std::to_string(servers) + " more servers";
  return text;
}

}  // namespace

std::string_view lamp_word(DeviceState state) noexcept {
  switch (state) {
    case DeviceState::not_inuse: return "idle";
    case DeviceState::inuse: return "talk";
    case DeviceState::busy: return "busy";
    case DeviceState::ringing: return "ring";
    case DeviceState::ringinuse: return "ring+talk";
    case DeviceState::onhold: return "hold";
    case DeviceState::unavailable: return "away";
    case DeviceState::unknown:
    case DeviceState::invalid: break;
  }
  return "-";
}

std::vector<std::string> table_lines(const std::vector<TableRow>& rows, const TableSize& size) {
  const auto servers = rows.empty() ? 0 : rows.front().lamps.size();
  const auto wide = size.width > kNameWidth + kCellWidth ? (size.width - kNameWidth) / kCellWidth : 1;
  const auto high = size.height > kOtherLines + 1 ? size.height - kOtherLines : 1;
  const auto shown_servers = std::min(servers, wide);
  const auto shown_rows = std::min(rows.size(), high);

  std::string title = padded("phone", kNameWidth);
  for (std::size_t i = 0; i < shown_servers; ++i) title += padded("server " + std::to_string(i + 1), kCellWidth);
  std::vector<std::string> lines{size.colours ? "\x1b[1m" + title + "\x1b[0m" : title};
  for (std::size_t i = 0; i < shown_rows; ++i) {
    auto line = padded(rows[i].phone, kNameWidth);
    for (std::size_t j = 0; j < shown_servers; ++j) line += cell(rows[i].lamps[j], rows[i].home == j, size.colours);
    lines.push_back(std::move(line));
  }
  auto hidden = note(rows.size() - shown_rows, servers - shown_servers);
  if (!hidden.empty()) lines.push_back(std::move(hidden));
  return lines;
}

std::string figures_line(const LatencyFigures& figures, std::chrono::milliseconds elapsed) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(0) << std::chrono::duration<double>(elapsed).count() << " s  "
       << figures.changes << " changes  " << figures.writes << " writes  event to lamp: median " << std::setprecision(2)
       << figures.median.count() << " ms, 99 % " << figures.p99.count() << " ms";
  return text.str();
}

std::string redrawn(const std::vector<std::string>& lines, std::size_t previous) {
  std::string text;
  if (previous > 0) text += "\x1b[" + std::to_string(previous) + "A";
  text += '\r';
  for (const auto& line : lines) text += line + "\x1b[K\n";
  return text + "\x1b[J";
}

}  // namespace amibroker::sim::app
