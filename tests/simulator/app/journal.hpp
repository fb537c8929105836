// SPDX-License-Identifier: Apache-2.0
//
// A file with one line for each change and each write of a fleet.
#pragma once

#include <fstream>
#include <string>

#include "tests/simulator/observer.hpp"

namespace amibroker::sim::app {

/// Passes everything on to `next`. Lines: milliseconds since its start, `change` or `write`, number of the server from
/// 1, device, state.
class Journal : public Observer {
 public:
  /// An empty `file`: nothing is written. Throws std::runtime_error if it cannot be written.
  Journal(const std::string& file, Observer& next);

  void on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) override;
  void on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) override;

 private:
  void add(std::string_view what, std::size_t server, std::string_view key, std::string_view value,
           Clock::time_point time);

  std::ofstream file_;
  Observer& next_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace amibroker::sim::app
