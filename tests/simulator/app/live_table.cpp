// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/live_table.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace amibroker::sim::app {
namespace {

constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kCellWidth = 10;
constexpr std::size_t kOtherLines = 4;       // title, figures, note, cursor
constexpr std::string_view kBetween = "| ";  // groups

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

std::string bold(const std::string& text, bool colours) { return colours ? "\x1b[1m" + text + "\x1b[0m" : text; }

/// What is before each column: nothing, or what divides it from the group before.
std::vector<std::string_view> dividers(std::size_t servers, const std::vector<TableGroup>& groups) {
  std::vector<std::string_view> result(servers);
  std::size_t first = 0;
  for (const auto& group : groups) {
    if (first > 0 && first < servers) result[first] = kBetween;
    first += group.servers;
  }
  return result;
}

/// How many columns fit.
std::size_t columns(const std::vector<std::string_view>& dividers, std::size_t width) {
  std::size_t used = kNameWidth;
  std::size_t count = 0;
  while (count < dividers.size() && (used += dividers[count].size() + kCellWidth) <= width) ++count;
  return std::max<std::size_t>(count, dividers.empty() ? 0 : 1);
}

/// The groups' titles over their first columns, as far as those are shown.
std::string titles(const std::vector<TableGroup>& groups, std::size_t shown) {
  std::string line(kNameWidth, ' ');
  std::size_t first = 0;
  for (const auto& group : groups) {
    if (first >= shown) break;
    const auto width = kCellWidth * std::min(group.servers, shown - first);
    line += (first > 0 ? std::string(kBetween) : "") + padded(group.title.substr(0, width), width);
    first += group.servers;
  }
  return line;
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

std::vector<std::string> table_lines(const std::vector<TableRow>& rows, const TableSize& size,
                                     const std::vector<TableGroup>& groups) {
  const auto servers = rows.empty() ? 0 : rows.front().lamps.size();
  const auto between = dividers(servers, groups);
  const auto other_lines = kOtherLines + (groups.empty() ? 0 : 1);
  const auto high = size.height > other_lines + 1 ? size.height - other_lines : 1;
  const auto shown_servers = columns(between, size.width);
  const auto shown_rows = std::min(rows.size(), high);

  std::vector<std::string> lines;
  if (!groups.empty()) lines.push_back(bold(titles(groups, shown_servers), size.colours));
  std::string title = padded("phone", kNameWidth);
  for (std::size_t i = 0; i < shown_servers; ++i) {
    title.append(between[i]).append(padded("server " + std::to_string(i + 1), kCellWidth));
  }
  lines.push_back(bold(title, size.colours));
  for (std::size_t i = 0; i < shown_rows; ++i) {
    auto line = padded(rows[i].phone, kNameWidth);
    for (std::size_t j = 0; j < shown_servers; ++j) {
      line.append(between[j]).append(cell(rows[i].lamps[j], rows[i].home == j, size.colours));
    }
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

std::string figures_line(const LatencyFigures& figures, const LatencyTimes& within, const LatencyTimes& across,
                         std::chrono::milliseconds elapsed) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(0) << std::chrono::duration<double>(elapsed).count() << " s  "
       << figures.changes << " changes  " << std::setprecision(2) << "median and 99 % in a site "
       << within.median.count() << ", " << within.p99.count() << " ms, across " << across.median.count() << ", "
       << across.p99.count() << " ms";
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
