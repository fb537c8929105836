// SPDX-License-Identifier: Apache-2.0
//
// Which device changed to what, which servers have to be written for it, and which have been: the benchmark's proof
// that nothing was lost, and nothing wrong written.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amibroker::bench {

using Clock = std::chrono::steady_clock;
using DeviceNumber = std::uint32_t;

struct Tally {
  std::uint64_t events = 0;   ///< state changes published
  std::uint64_t writes = 0;   ///< writes that had to come, and came with the right value
  std::uint64_t wrong = 0;    ///< another value, an unknown device, or a write to the device's own server
  std::uint64_t extra = 0;    ///< the right value again
  std::uint64_t missing = 0;  ///< writes that have not come yet
};

/// Devices live on one server each, as phones do: one that changed on two servers would be aggregated, not replicated.
class Ledger {
 public:
  Ledger(std::size_t servers, std::size_t devices);

  /// The server is dead: nothing is published on it, nothing is written to it.
  void exclude(std::size_t server);

  /// A device of `server` for which no write is missing, the longest unused first.
  std::optional<DeviceNumber> take(std::size_t server);
  /// The same from any living server, in turn.
  std::optional<DeviceNumber> take_any();

  /// Gives the device its next state, which has to be written to all other servers, and writes the event to `event`.
  void change(DeviceNumber device, std::string_view system_name, std::string& event);

  /// Every device has a first state of which there is no event; it has to be written to all other servers all the same.
  void preset();

  std::size_t home(DeviceNumber device) const { return devices_[device].home; }
  Clock::time_point changed_at(DeviceNumber device) const { return devices_[device].changed_at; }
  const Tally& tally() const { return tally_; }

  struct Write {
    bool counted = false;   ///< it was waited for
    bool complete = false;  ///< it was the last one for this change; the device is free again
    DeviceNumber device = 0;
  };
  Write on_setvar(std::size_t server, std::string_view variable, std::string_view value);

  /// Appends the states of the server's devices, and what was written to it, as items of the DeviceStateList that was
  /// asked for with `action_id`.
  std::size_t list(std::size_t server, std::string_view action_id, std::string& items) const;

 private:
  struct Device {
    std::size_t home = 0;
    std::uint32_t change = 0;  ///< number of its last change; none yet: 0
    std::uint32_t missing = 0;
    Clock::time_point changed_at;
  };

  std::uint32_t& last_write(DeviceNumber device, std::size_t server) { return last_write_[device * servers_ + server]; }

  std::size_t servers_;
  std::vector<Device> devices_;
  std::vector<std::uint32_t> last_write_;  ///< by device and server: number of the change that was written there
  std::vector<std::deque<DeviceNumber>> free_;
  std::vector<bool> alive_;
  std::size_t living_;
  std::size_t next_server_ = 0;
  Tally tally_;
};

}  // namespace amibroker::bench
