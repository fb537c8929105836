// SPDX-License-Identifier: Apache-2.0
//
// The plugin device_state: what happens to a phone on one server shows on the lamps of all others.
#pragma once

#include <optional>
#include <string_view>

#include "amibroker/plugin.hpp"
#include "plugins/replication/distributor.hpp"

namespace amibroker::device_state {

/// Writes the state of each native device (`PJSIP/100`, `Queue:sales`, ...) to `Custom:<device>` on all other servers,
/// where a hint `PJSIP/100&Custom:PJSIP/100` shows both.
///
/// Not distributed: devices named `Custom:...` (they are what is written, and their events its echo), devices that
/// live only as long as a call (`Local/...` and the like), and UNKNOWN, which Asterisk refuses to be told.
///
/// Counters besides the Distributor's: `events`, of which `ignored_events` are not distributed for those reasons, and
/// `bad_events` lack a device or hold a state that Asterisk does not have.
class DeviceState final : public Plugin {
 public:
  void start(Host& host) override;
  void on_event(ServerId server, const Message& message) override;
  void on_server_up(ServerId server) override;
  void on_server_down(ServerId server) override;
  void stop() override;

  static constexpr OptionSpec options[] = {
      {"max_devices", OptionType::integer, "100000", "", 1, 10'000'000,
                 "most devices that are distributed; further ones are counted and reported once"},
  };

 private:
  Host* host_ = nullptr;
  Counter* events_ = nullptr;
  Counter* ignored_events_ = nullptr;
  Counter* bad_events_ = nullptr;
  std::optional<replication::Distributor> distributor_;  ///< from start to stop
};

}  // namespace amibroker::device_state
