// SPDX-License-Identifier: Apache-2.0
#include "core/app/report.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/base/printable.hpp"

namespace amibroker::app {
namespace {

constexpr std::size_t longest_name = 80;

}  // namespace

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string length_text(std::chrono::steady_clock::duration length) {
  const auto all = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(length).count());
  const auto minutes = all / 60;
  const auto hours = minutes / 60;
  const auto days = hours / 24;
  if (days > 0) return fmt::format("{} d {} h", days, hours % 24);
  if (hours > 0) return fmt::format("{} h {} min", hours, minutes % 60);
  if (minutes > 0) return fmt::format("{} min {} s", minutes, all % 60);
  return fmt::format("{} s", all);
}

std::string server_line(const link::ServerConfig& server, bool is_up, std::chrono::steady_clock::duration since_then,
                        const link::ServerCounters& c) {
  return fmt::format(
      "server '{}' [{}] is {} for {}: {} events, {} lost on their way; {} actions, {} replies, {} without answer in "
      "time, {} late, {} lost, {} stray; {} messages dropped as bad; {} times connected",
      base::printable(server.name, longest_name), base::printable(server.section, longest_name), is_up ? "up" : "down",
      length_text(since_then), c.events, c.lost_events, c.actions, c.replies, c.timeouts, c.late_replies,
      c.lost_replies, c.stray_replies, c.bad_frames, c.connects);
}

}  // namespace amibroker::app
