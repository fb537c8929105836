// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/app/journal.hpp"

#include <iomanip>
#include <stdexcept>

namespace amibroker::sim::app {

Journal::Journal(const std::string& file, Observer& next) : next_(next) {
  if (file.empty()) return;
  file_.open(file);
  if (!file_) throw std::runtime_error("cannot write " + file);
  file_ << std::fixed << std::setprecision(3);
}

void Journal::on_change(std::size_t server, std::string_view device, DeviceState state, Clock::time_point time) {
  next_.on_change(server, device, state, time);
  add("change", server, device, to_string(state), time);
}

void Journal::on_write(std::size_t server, std::string_view key, std::string_view value, Clock::time_point time) {
  next_.on_write(server, key, value, time);
  add("write", server, key, value, time);
}

void Journal::add(std::string_view what, std::size_t server, std::string_view key, std::string_view value,
                  Clock::time_point time) {
  if (!file_.is_open()) return;
  file_ << std::chrono::duration<double, std::milli>(time - start_).count() << ' ' << what << ' ' << server + 1 << ' '
        << key << ' ' << value << '\n';
}

}  // namespace amibroker::sim::app
