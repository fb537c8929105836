// SPDX-License-Identifier: Apache-2.0
//
// What the servers know of the phones, as text for a terminal. Pure: takes a snapshot, returns text.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/device_state.hpp"
#include "tests/simulator/latency_meter.hpp"

namespace amibroker::sim::app {

/// One phone: its lamp on each server.
struct TableRow {
  std::string phone;
  std::size_t home;  ///< the server that it is registered at
  std::vector<DeviceState> lamps;
};

/// Columns that belong together, with a title above them.
struct TableGroup {
  std::string title;
  std::size_t servers;
};

struct TableSize {
  std::size_t width;   ///< columns of characters
  std::size_t height;  ///< lines
  bool colours;
};

/// A short word for a lamp: `idle`, `ring`, `talk`, `hold`, …
[[nodiscard]] std::string_view lamp_word(DeviceState state) noexcept;

/// Lines without line ends, as many and as wide as fit, with a note of what does not. The phone's own server is marked.
/// `groups`: of the servers in their order, as the sites are; none: no line of titles.
[[nodiscard]] std::vector<std::string> table_lines(const std::vector<TableRow>& rows, const TableSize& size,
                                                   const std::vector<TableGroup>& groups = {});

/// One line of figures: elapsed time, changes, writes, event-to-lamp times.
[[nodiscard]] std::string figures_line(const LatencyFigures& figures, std::chrono::milliseconds elapsed);
/// The same for several sites.
[[nodiscard]] std::string figures_line(const LatencyFigures& figures, const LatencyTimes& within,
                                       const LatencyTimes& across, std::chrono::milliseconds elapsed);

/// The lines drawn over the ones of the last call (`previous` of them; 0: below the cursor).
[[nodiscard]] std::string redrawn(const std::vector<std::string>& lines, std::size_t previous);

}  // namespace amibroker::sim::app
